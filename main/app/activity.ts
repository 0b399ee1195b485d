import type { LabEvent } from '../../shared/contract/events.ts';
import type { StudySummary } from '../../shared/contract/results.ts';
import type { Lab } from '../lab/lab.ts';

/** What the desktop shows of the work that goes on. */
export interface Activity {
  /** whether trials run */
  readonly running: boolean;
  /** 0 to 100 over all trials of the running studies; 0 when none runs */
  readonly percent: number;
  /** name of the open project */
  readonly project: string | null;
}

export interface ActivityWatch {
  readonly current: Activity;
  onChange(listener: (activity: Activity) => void): void;
}

const ENDED = new Set(['finished', 'failed', 'cancelled']);

/** Follows the lab's events; tells only of changes that can be seen. */
export function watchActivity(lab: Pick<Lab, 'on'>): ActivityWatch {
  const studies = new Map<string, StudySummary>();
  /** share of the running epoch that is done, by trial */
  const shares = new Map<string, number>();
  const listeners = new Set<(activity: Activity) => void>();
  let current: Activity = { running: false, percent: 0, project: null };

  lab.on((event) => {
    const project = follow(event);
    const running = [...studies.values()].filter(({ state }) => state === 'running' || state === 'queued');
    const next = { running: running.length > 0, percent: percentDone(running, shares), project };
    const same = next.running === current.running && next.percent === current.percent && next.project === current.project;
    current = next;
    if (!same) for (const listener of listeners) listener(current);
  });

  function follow(event: LabEvent): string | null {
    if (event.type === 'study') {
      studies.set(event.study.name, event.study);
      for (const trial of event.study.trials) shares.delete(trial.id);
    }
    if (event.type === 'trial' && event.message.type === 'step') {
      const { step, steps } = event.message;
      shares.set(event.trial, steps > 0 ? Math.min(1, step / steps) : 0);
    }
    if (event.type !== 'project') return current.project;
    const name = event.project?.name ?? null;
    if (name !== current.project) {
      studies.clear();
      shares.clear();
    }
    return name;
  }

  return {
    get current() {
      return current;
    },
    onChange: (listener) => void listeners.add(listener),
  };
}

function percentDone(running: readonly StudySummary[], shares: ReadonlyMap<string, number>): number {
  const trials = running.flatMap((study) => study.trials);
  if (trials.length === 0) return 0;
  const done = trials.reduce((sum, { id, state, epoch, epochs }) => {
    if (ENDED.has(state)) return sum + 1;
    return sum + (epochs > 0 ? Math.min(1, (epoch + (shares.get(id) ?? 0)) / epochs) : 0);
  }, 0);
  return Math.floor((100 * done) / trials.length);
}
