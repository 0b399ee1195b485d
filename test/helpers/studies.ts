import type { LabEvent } from '../../shared/contract/events.ts';
import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import type { TrialMessage } from '../../shared/contract/trial.ts';

/** A lab of which only the events matter. */
export function fakeLab() {
  const listeners = new Set<(event: LabEvent) => void>();
  return {
    on(listener: (event: LabEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(event: LabEvent) {
      for (const listener of listeners) listener(event);
    },
  };
}

export const project = (name: string): LabEvent => ({
  type: 'project',
  project: { name, folder: `/projects/${name}.magnilab`, dataset: null, synthetic: false, readOnly: false, dataAway: false },
});

/** A study whose trials stand as given: "running 3" is one in its fourth of ten epochs. */
export function study(name: string, state: StudySummary['state'], ...trials: string[]): LabEvent {
  return {
    type: 'study',
    study: {
      name,
      createdAt: '2026-01-01T00:00:00.000Z',
      protocol: 'quick',
      state,
      testMagnifications: [40, 100, 200, 400],
      queue: null,
      held: null,
      trials: trials.map((text, i) => {
        const [trialState, epoch = '0'] = text.split(' ');
        return {
          id: `${name}-${i}`,
          study: name,
          model: 'resnet18',
          scaling: 'crop',
          imageLevel: false,
          trainSet: 40,
          fold: null,
          seed: i,
          state: trialState as TrialSummary['state'],
          epoch: Number(epoch),
          epochs: 10,
          selection: 'validation',
          testedEpoch: null,
          testedValidationAccuracy: null,
          error: null,
          trainingSeconds: 0,
        };
      }),
    },
  };
}

export const step = (trial: string, done: number, steps: number): LabEvent => ({
  type: 'trial',
  trial,
  message: { type: 'step', epoch: 0, epochs: 10, step: done, steps } as TrialMessage,
});

export const failure = (trial: string, message: string): LabEvent => ({
  type: 'trial',
  trial,
  message: { type: 'failed', error: { code: 'trial-failed', message } },
});
