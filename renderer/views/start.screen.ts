import type { ScreenParts } from '../app/screens.ts';
import { IconStart } from '../components/icons.ts';

export const parts: ScreenParts = { view: () => import('./StartView.vue'), icon: IconStart };
