import type { ScreenParts } from '../app/screens.ts';
import { IconSettings } from '../components/icons.ts';

export const parts: ScreenParts = { view: () => import('./SettingsView.vue'), icon: IconSettings };
