import type { ScreenParts } from '../app/screens.ts';
import { IconTry } from '../components/icons.ts';

export const parts: ScreenParts = { view: () => import('./TryView.vue'), icon: IconTry };
