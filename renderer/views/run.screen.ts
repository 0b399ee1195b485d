import type { ScreenParts } from '../app/screens.ts';
import { IconRun } from '../components/icons.ts';

export const parts: ScreenParts = { view: () => import('./RunView.vue'), icon: IconRun };
