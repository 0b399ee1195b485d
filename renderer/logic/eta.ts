import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import type { LiveTrial } from './live-trial.ts';

/**
 * Seconds until a study's queue is empty: what the running trial says is left, and for each waiting trial the mean of the
 * finished trials of its model, else of any model, else the running trial's own length. Null when nothing is known yet.
 */
export function queueSecondsLeft(study: StudySummary, live: ReadonlyMap<string, LiveTrial>): number | null {
  const running = study.trials.find((t) => t.state === 'running');
  const waiting = study.trials.filter((t) => t.state === 'waiting');
  const left = running ? (live.get(running.id)?.step?.secondsLeft ?? null) : 0;
  if (left === null) return null;
  const whole = running ? running.trainingSeconds + left : null;
  let sum = left;
  for (const trial of waiting) {
    const guess = meanSeconds(study, (t) => t.model === trial.model) ?? (running?.model === trial.model ? whole : null);
    const any = guess ?? meanSeconds(study, () => true) ?? whole;
    if (any === null) return null;
    sum += any;
  }
  return sum;
}

function meanSeconds({ trials }: StudySummary, which: (trial: TrialSummary) => boolean): number | null {
  const finished = trials.filter((t) => t.state === 'finished' && which(t));
  return finished.length === 0 ? null : finished.reduce((sum, t) => sum + t.trainingSeconds, 0) / finished.length;
}
