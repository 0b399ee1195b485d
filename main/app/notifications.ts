import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import { text } from '../../shared/texts/text.ts';
import type { Lab } from '../lab/lab.ts';

/**
 * Notifies when the queue has ended, and at the first trial of a study that fails; never once per trial. Silent while the user
 * looks at the window, and about what the user stopped.
 */
export function notifyOfEnds(
  lab: Pick<Lab, 'on'>,
  notify: (title: string, body: string) => void,
  userIsLooking: () => boolean,
): void {
  const running = new Map<string, StudySummary>();
  const toldOfFailure = new Set<string>();
  const tell = (title: string, body: string) => {
    if (!userIsLooking()) notify(title, body);
  };
  lab.on((event) => {
    if (event.type === 'project' && event.project === null) running.clear();
    if (event.type === 'trial' && event.message.type === 'failed') {
      const study = [...running.values()].find(({ trials }) => trials.some(({ id }) => id === event.trial));
      const key = study?.name ?? event.trial;
      if (toldOfFailure.has(key)) return;
      toldOfFailure.add(key);
      tell(text('notifications.trialFailed'), `${event.trial}: ${event.message.error.message}`);
    }
    if (event.type === 'study') {
      const { study } = event;
      if (study.state === 'running' || study.state === 'queued') running.set(study.name, study);
      else if (running.delete(study.name)) {
        toldOfFailure.delete(study.name);
        const byItself = study.state === 'finished' || study.state === 'failed';
        if (byItself && running.size === 0) tell(text('notifications.queueEnded'), outcome(study));
      }
    }
  });
}

function outcome({ name: study, trials }: StudySummary): string {
  const count = (state: TrialSummary['state']) => trials.filter((trial) => trial.state === state).length;
  const counts = { study, finished: count('finished'), all: trials.length };
  const failed = count('failed');
  return failed > 0 ? text('notifications.finishedSomeFailed', { ...counts, failed }) : text('notifications.finished', counts);
}
