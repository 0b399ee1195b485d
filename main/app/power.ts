import type { PowerSaveBlocker } from 'electron';
import type { ActivityWatch } from './activity.ts';

/** Keeps the machine awake while trials run, and only then. The display may sleep. */
export function keepAwakeWhileRunning(
  activity: Pick<ActivityWatch, 'onChange'>,
  blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>,
): void {
  let id: number | null = null;
  activity.onChange(({ running }) => {
    if (running && id === null) id = blocker.start('prevent-app-suspension');
    else if (!running && id !== null) {
      blocker.stop(id);
      id = null;
    }
  });
}
