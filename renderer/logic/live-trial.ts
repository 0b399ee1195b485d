import type { TrialMessage } from '../../shared/contract/trial.ts';

type Step = Extract<TrialMessage, { type: 'step' }>;

/** What a running trial last said. */
export interface LiveTrial {
  readonly device: string | null;
  readonly engine: string | null;
  readonly phase: {
    readonly name: 'tuning' | 'decoding' | 'training' | 'validating' | 'testing';
    readonly done: number;
    readonly total: number;
  } | null;
  readonly step: Step | null;
  /** e.g. that the batch was halved; the last one */
  readonly notice: string | null;
  /** loss and learning rate of single steps; x in epochs */
  readonly points: readonly StepPoint[];
}

export interface StepPoint {
  readonly x: number;
  readonly loss: number;
  readonly learningRate: number;
}

/** As many as the chart takes at once: half an hour at five a second. */
const MAX_POINTS = 10_000;
const EMPTY: LiveTrial = { device: null, engine: null, phase: null, step: null, notice: null, points: [] };

export function afterMessage(before: LiveTrial = EMPTY, message: TrialMessage): LiveTrial {
  switch (message.type) {
    case 'ready':
      return { ...EMPTY, notice: before.notice, device: message.device, engine: message.engine };
    case 'notice':
      return { ...before, notice: message.text };
    case 'phase':
      return { ...before, phase: { name: message.phase, done: message.done, total: message.total } };
    case 'step': {
      const point = {
        x: message.epoch + message.step / Math.max(1, message.steps),
        loss: message.loss,
        learningRate: message.learningRate,
      };
      const phase = { name: 'training' as const, done: message.step, total: message.steps };
      return { ...before, step: message, phase, points: thin([...before.points, point]) };
    }
    default:
      return before;
  }
}

/** Halves a list that has grown too long by dropping every second point. */
function thin(points: StepPoint[]): StepPoint[] {
  return points.length <= MAX_POINTS ? points : points.filter((_, i) => i % 2 === 1);
}

/** Share of a trial that is done, 0 to 1, counting the steps of the present epoch. */
export function trialShare(epoch: number, epochs: number, live: LiveTrial | undefined): number {
  const step = live?.step;
  const within = step && step.epoch >= epoch ? step.step / Math.max(1, step.steps) : 0;
  return Math.min(1, (epoch + within) / Math.max(1, epochs));
}
