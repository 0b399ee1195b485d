import type { ScreenParts } from '../app/screens.ts';
import { IconResults } from '../components/icons.ts';

export const parts: ScreenParts = { view: () => import('./ResultsView.vue'), icon: IconResults };
