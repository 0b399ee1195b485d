import type { Epoch, TrialConfig } from '../../shared/contract/trial.ts';
import { logLoss, predictedClass } from '../../shared/analysis/scored.ts';
import { writeAtomically } from '../platform/atomic.ts';
import type { Pictures, TrialHooks } from '../pictures/pictures.ts';
import { repairHistory, trialFiles } from '../project/trial-folder.ts';
import { fitLogisticRegression, linearLogits } from './logistic-regression.ts';
import { writeTests } from './write-tests.ts';

/** How the baseline sees an image; a network's variant says it for a network. */
export const BASELINE_VIEW = { cropPct: 0.875, interpolation: 'bilinear' } as const;

/** Bins per channel of the joint histogram of red, green and blue. */
const BINS = 4;
const FEATURES = BINS ** 3;
/** scikit-learn's default, C = 1: lambda = 1 / (C n). */
const PENALTY_TIMES_IMAGES = 1;

export interface BaselineOutcome {
  readonly stopped: boolean;
  readonly seconds: number;
}

/**
 * The colour histogram with logistic regression: fits at once and is tested as a network is. Writes history.jsonl with one epoch
 * and predictions.csv.
 */
export async function runBaseline(
  folder: string,
  config: TrialConfig,
  pictures: Pictures,
  hooks: TrialHooks,
): Promise<BaselineOutcome> {
  const files = trialFiles(folder);
  const started = performance.now();
  const stopped = { stopped: true, seconds: 0 };
  await writeAtomically(files.history, '', hooks.check);
  const imageBytes = config.inputSize[0] * config.inputSize[1] * 3;
  const histograms = async (images: TrialConfig['train'], phase: 'decoding' | 'validating') => {
    const rows: Float64Array[] = [];
    const shown = images.map((image) => ({ image }));
    for await (const { pixels } of pictures.evaluation(shown, phase)) rows.push(...histogramsOf(pixels, imageBytes));
    return rows;
  };
  const train = await histograms(config.train, 'decoding');
  const validation = await histograms(config.validation, 'validating');
  if (hooks.signal.aborted) return stopped;
  const scale = standardiser(train);
  const numbers = new Map(config.classes.map((name, i) => [name, i]));
  const labelsOf = (images: TrialConfig['train']) => images.map(({ label }) => numbers.get(label)!);
  const penalty = PENALTY_TIMES_IMAGES / train.length;
  const classifier = fitLogisticRegression(train.map(scale), labelsOf(config.train), config.classes.length, penalty);
  const answer = (row: Float64Array) => linearLogits(classifier, scale(row));
  const fitted = performance.now();
  const fit = scoreOf(train.map(answer), labelsOf(config.train));
  const held = validation.length === 0 ? null : scoreOf(validation.map(answer), labelsOf(config.validation));
  const seconds = (fitted - started) / 1000;
  const row: Epoch = {
    epoch: 0,
    epochs: 1,
    learningRate: 0,
    trainLoss: fit.loss,
    trainAccuracy: fit.accuracy,
    validationLoss: held?.loss ?? null,
    validationAccuracy: held?.accuracy ?? null,
    imagesPerSecond: train.length / seconds,
    seconds,
    best: true,
  };
  await repairHistory(files.history, 1, [row], hooks.check);
  hooks.send({ type: 'epoch', row });
  const done = await writeTests(config, files, pictures, hooks, (pixels) => histogramsOf(pixels, imageBytes).flatMap(answer));
  return done ? { stopped: false, seconds } : stopped;
}

/** One per image of a batch: the square root of each bin's share, whose distances are Hellinger's. @param pixels uint8 RGB */
function histogramsOf(pixels: Uint8Array, imageBytes: number): Float64Array[] {
  return Array.from({ length: pixels.length / imageBytes }, (_, image) => {
    const counts = new Float64Array(FEATURES);
    const end = (image + 1) * imageBytes;
    for (let at = image * imageBytes; at < end; at += 3)
      counts[(binOf(pixels[at]) * BINS + binOf(pixels[at + 1])) * BINS + binOf(pixels[at + 2])]++;
    return counts.map((count) => Math.sqrt((3 * count) / imageBytes));
  });
}

function binOf(value: number): number {
  return (value * BINS) >> 8;
}

/** Takes features to mean 0 and standard deviation 1 among the training images; one that never changes is left out. */
function standardiser(rows: readonly Float64Array[]): (row: Float64Array) => Float64Array {
  const mean = Float64Array.from({ length: FEATURES }, (_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
  const deviation = mean.map((m, k) => Math.sqrt(rows.reduce((sum, row) => sum + (row[k] - m) ** 2, 0) / rows.length));
  return (row) => row.map((value, k) => (deviation[k] > 0 ? (value - mean[k]) / deviation[k] : 0));
}

function scoreOf(logits: readonly (readonly number[])[], labels: readonly number[]): { loss: number; accuracy: number } {
  const correct = logits.filter((own, i) => predictedClass(own) === labels[i]).length;
  const loss = logits.reduce((sum, own, i) => sum + logLoss(own, labels[i]), 0);
  return { loss: loss / labels.length, accuracy: correct / labels.length };
}
