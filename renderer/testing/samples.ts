import type { Cell } from '../../shared/analysis/cells.ts';
import { METRICS, type Metrics } from '../../shared/analysis/metrics.ts';
import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import type { Epoch, TrialMessage } from '../../shared/contract/trial.ts';
import type { TriedAnswer, TriedImage, TriedNetwork } from '../../shared/contract/try.ts';
import { armOf } from '../../shared/domain/study/arm.ts';

export function trial(change: Partial<TrialSummary> = {}): TrialSummary {
  return {
    id: 'S_resnet18_40x_s0',
    study: 'S',
    model: 'resnet18',
    scaling: 'crop',
    imageLevel: false,
    trainSet: 40,
    fold: null,
    seed: 0,
    state: 'waiting',
    epoch: 0,
    epochs: 10,
    selection: 'validation',
    testedEpoch: null,
    testedValidationAccuracy: null,
    error: null,
    trainingSeconds: 0,
    ...change,
  };
}

export function study(trials: TrialSummary[], change: Partial<StudySummary> = {}): StudySummary {
  return {
    name: 'S',
    createdAt: '2026-01-01T00:00:00Z',
    protocol: 'quick',
    testMagnifications: [40, 100],
    state: 'running',
    trials,
    queue: null,
    held: null,
    ...change,
  };
}

export function epoch(change: Partial<Epoch> = {}): Epoch {
  return {
    epoch: 0,
    epochs: 10,
    learningRate: 0.02,
    trainLoss: 0.6,
    trainAccuracy: 0.7,
    validationLoss: 0.5,
    validationAccuracy: 0.8,
    imagesPerSecond: 100,
    seconds: 2,
    best: false,
    ...change,
  };
}

export function step(change: Partial<Extract<TrialMessage, { type: 'step' }>> = {}): Extract<TrialMessage, { type: 'step' }> {
  return {
    type: 'step',
    epoch: 0,
    epochs: 10,
    step: 1,
    steps: 4,
    loss: 0.7,
    learningRate: 0.01,
    imagesPerSecond: 100,
    secondsLeft: 40,
    memoryBytes: 5e8,
    ...change,
  };
}

/** Forty images of twelve cases, enough not to be marked. */
export function cell(train: number, test: number, accuracy: number | null, change: Partial<Cell> = {}): Cell {
  const ones = Object.fromEntries(METRICS.map(({ id }) => [id, 1])) as unknown as Metrics;
  const metrics = { ...ones, accuracy, balancedAccuracy: accuracy };
  const ofClass = { recall: 1, precision: 1, f1: 1, auc: 1 };
  return {
    trial: `S_resnet18_${train}x_s${change.seed ?? 0}`,
    model: 'resnet18',
    scaling: 'crop',
    imageLevel: false,
    trainSet: train,
    fold: null,
    seed: 0,
    view: { magnification: test, scale: 'native' },
    images: 40,
    cases: 12,
    classes: ['benign', 'malignant'],
    metrics,
    perClass: [ofClass, ofClass],
    majority: 0.6,
    confusion: [
      [12, 4],
      [8, 16],
    ],
    ...change,
  };
}

export function triedNetwork(id: string, change: Partial<TriedNetwork> = {}): TriedNetwork {
  const { study: name, ...summary } = trial({ id });
  return {
    choice: { trial: id },
    model: summary.model,
    classes: ['benign', 'malignant'],
    magnifications: [40],
    arm: { study: name, ...armOf(summary) },
    ...change,
  };
}

export function triedImage(id: string, change: Partial<TriedImage> = {}): TriedImage {
  return { id, name: `${id}.png`, width: 700, height: 460, picture: `${id}.signed`, magnification: null, ...change };
}

export function answered(image: string, change: Partial<TriedAnswer> = {}): TriedAnswer {
  return { image, classes: ['benign', 'malignant'], probabilities: [0.1, 0.9], predicted: 'malignant', ...change };
}
