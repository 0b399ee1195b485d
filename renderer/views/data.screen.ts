import type { ScreenParts } from '../app/screens.ts';
import { IconData } from '../components/icons.ts';

export const parts: ScreenParts = { view: () => import('./DataView.vue'), icon: IconData };
