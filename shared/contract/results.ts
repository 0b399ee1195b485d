import { z } from 'zod';
import { LABELS } from '../domain/label.ts';
import { METRICS, type Metric } from '../analysis/metrics.ts';
import { saliencySchema } from './predict.ts';
import { trialStates } from './trial.ts';

const metricsShape = Object.fromEntries(METRICS.map((metric) => [metric, z.number().nullable()])) as Record<
  Metric,
  z.ZodNullable<z.ZodNumber>
>;
const confusionRow = z.tuple([z.number().int(), z.number().int()]);

/** One finished trial on one test magnification. */
export const cellSchema = z.object({
  trial: z.string(),
  model: z.string(),
  trainMagnification: z.number(),
  testMagnification: z.number(),
  seed: z.number().int(),
  images: z.number().int(),
  cases: z.number().int(),
  metrics: z.object(metricsShape),
  /** accuracy of always answering the more frequent class of this test set */
  majority: z.number().nullable(),
  /** rows truth, columns prediction; benign first */
  confusion: z.tuple([confusionRow, confusionRow]),
});
export type ResultCell = z.infer<typeof cellSchema>;

/** One image of a confusion-matrix cell. */
export const cellImageSchema = z.object({
  /** name of its picture, for `pictureAddress`; there is none where the data set has no longer what was tested */
  picture: z.string(),
  path: z.string(),
  case: z.string(),
  slide: z.string(),
  magnification: z.number(),
  truth: z.enum(LABELS),
  predicted: z.enum(LABELS),
  probabilityMalignant: z.number(),
});
export type CellImage = z.infer<typeof cellImageSchema>;

/** Where a trial's network looked in one of its test images. */
export const imageSaliencySchema = saliencySchema.extend({
  /** address of a PNG to lie over the whole image, relative to the page */
  layer: z.string(),
  probabilityMalignant: z.number(),
});
export type ImageSaliency = z.infer<typeof imageSaliencySchema>;

export const trialSummarySchema = z.object({
  id: z.string(),
  study: z.string(),
  model: z.string(),
  trainMagnification: z.number(),
  seed: z.number().int(),
  state: z.enum(trialStates),
  /** finished epochs and epochs in all, cool-down included */
  epoch: z.number().int(),
  epochs: z.number().int(),
  /** which epoch's weights are tested: the best on validation, or the last */
  selection: z.enum(['validation', 'last']),
  /** 0-based: the epoch that is tested, of those that have finished; null before the first */
  testedEpoch: z.number().int().nullable(),
  testedValidationAccuracy: z.number().nullable(),
  /** why it failed or was interrupted */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  trainingSeconds: z.number(),
});
export type TrialSummary = z.infer<typeof trialSummarySchema>;

export const studySummarySchema = z.object({
  name: z.string(),
  createdAt: z.string(),
  protocol: z.string(),
  state: z.enum(['waiting', 'running', 'paused', 'interrupted', 'finished', 'failed', 'cancelled']),
  trials: z.array(trialSummarySchema),
  /** what the queue waits for before it goes on by itself, e.g. a drive that is away; null when nothing is in the way */
  held: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type StudySummary = z.infer<typeof studySummarySchema>;
