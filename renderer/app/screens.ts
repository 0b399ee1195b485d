import type { Component } from 'vue';
import type { ScreenId } from '../../shared/contract/screens.ts';
import { IconData, IconPlan, IconResults, IconRun, IconSettings, IconStart } from '../components/icons.ts';

interface ScreenParts {
  readonly view: () => Promise<{ readonly default: Component }>;
  /** from components/icons.ts, or `decorative` of another picture of the same set */
  readonly icon: Component;
}

/** The view and the picture of every screen of shared/contract/screens.ts; the compiler asks for what is missing. */
export const screenParts: Readonly<Record<ScreenId, ScreenParts>> = {
  start: { view: () => import('../views/StartView.vue'), icon: IconStart },
  data: { view: () => import('../views/DataView.vue'), icon: IconData },
  plan: { view: () => import('../views/PlanView.vue'), icon: IconPlan },
  run: { view: () => import('../views/RunView.vue'), icon: IconRun },
  results: { view: () => import('../views/ResultsView.vue'), icon: IconResults },
  settings: { view: () => import('../views/SettingsView.vue'), icon: IconSettings },
};
