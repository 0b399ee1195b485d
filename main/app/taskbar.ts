import type { BrowserWindow } from 'electron';
import type { Activity, ActivityWatch } from './activity.ts';

type Shown = Pick<BrowserWindow, 'setTitle' | 'setProgressBar'>;

/** Shows progress in the task bar and in the title: "37 % - Demo - Magnilab". */
export function showProgress(activity: ActivityWatch, window: () => Shown | null): (window: Shown) => void {
  const show = (target: Shown, state: Activity) => {
    target.setTitle(titleOf(state));
    target.setProgressBar(state.running ? state.percent / 100 : -1); // -1 takes the bar away
  };
  activity.onChange((state) => {
    const target = window();
    if (target) show(target, state);
  });
  return (target) => show(target, activity.current);
}

export function titleOf({ running, percent, project }: Activity): string {
  return [running && `${percent} %`, project, 'Magnilab'].filter(Boolean).join(' - ');
}
