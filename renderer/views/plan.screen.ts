import type { ScreenParts } from '../app/screens.ts';
import { IconPlan } from '../components/icons.ts';

export const parts: ScreenParts = { view: () => import('./PlanView.vue'), icon: IconPlan };
