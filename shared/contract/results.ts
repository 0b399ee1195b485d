import { z } from 'zod';
import type { Cell } from '../analysis/cells.ts';
import { CLASS_METRICS, type ClassMetric, METRICS, type Metric } from '../analysis/metrics.ts';
import { classesSchema, classNameSchema } from './dataset.ts';
import { DOUBTS, METHODS } from '../analysis/estimates.ts';
import type { Estimate } from '../analysis/estimates.ts';
import { ESTIMATED_METRICS, type Inference, MEASURES, type Pair } from '../analysis/findings.ts';
import type { Framing } from '../domain/framing.ts';
import { armShape, trainSetSchema } from './plan.ts';
import { saliencySchema } from './predict.ts';
import { trialStates, viewSchema } from './trial.ts';

const number = z.number().nullable();
const numbers = <Id extends string>(ids: readonly Id[]) =>
  z.object(Object.fromEntries(ids.map((id) => [id, number])) as Record<Id, typeof number>);

const intervalSchema = z.object({ low: z.number(), high: z.number() });

/** One finished trial on one view. */
export const cellSchema = z.object({
  trial: z.string(),
  ...armShape,
  view: viewSchema,
  images: z.number().int(),
  cases: z.number().int(),
  classes: classesSchema.readonly(),
  metrics: numbers<Metric>(METRICS.map(({ id }) => id)),
  perClass: z.array(numbers<ClassMetric>(CLASS_METRICS)).readonly(),
  majority: number,
  /** rows truth, columns prediction, in the order of the classes */
  confusion: z.array(z.array(z.number().int()).readonly()).readonly(),
  bounds: z
    .object({
      metrics: z.partialRecord(z.enum(ESTIMATED_METRICS), intervalSchema).readonly(),
      recalls: z.array(intervalSchema.nullable()).readonly(),
    })
    .optional(),
}) satisfies z.ZodType<Cell>;

const estimateSchema = z.object({
  value: number,
  low: number,
  high: number,
  method: z.enum(METHODS).nullable(),
  doubt: z.object({ code: z.enum(DOUBTS), cases: z.number().int(), class: z.string().nullable() }).nullable(),
  cases: z.number().int(),
}) satisfies z.ZodType<Estimate>;

const componentsSchema = z.object({
  meanSquareCase: z.number(),
  meanSquareSeed: z.number(),
  meanSquareRest: z.number(),
  case: z.number(),
  seed: z.number(),
  rest: z.number(),
  standardErrorOfMean: z.number(),
});

/** What can be said of a study beyond its point values. */
export const inferenceSchema = z.object({
  curves: z
    .array(
      z.object({
        contender: z.string(),
        same: z.boolean(),
        tests: z.number().int(),
        images: z.number().int(),
        reliability: z.array(z.object({ images: z.number().int(), said: z.number(), happened: z.number() })).readonly(),
        roc: z
          .array(z.object({ falsePositives: z.number(), truePositives: z.number() }))
          .readonly()
          .nullable(),
      }),
    )
    .readonly(),
  squares: z
    .array(
      z.object({
        contender: z.string(),
        trainSet: trainSetSchema,
        view: viewSchema,
        metrics: z.partialRecord(z.enum(ESTIMATED_METRICS), estimateSchema).readonly(),
        recalls: z.array(estimateSchema).readonly(),
      }),
    )
    .readonly(),
  contenders: z
    .array(
      z.object({
        contender: z.string(),
        means: z.object({ overall: estimateSchema, same: estimateSchema, other: estimateSchema }),
        overall: estimateSchema,
        gap: estimateSchema,
        retention: estimateSchema,
        consistency: estimateSchema,
        seeds: z.object({
          seeds: z.number().int(),
          mean: number,
          sd: number,
          of: z.number().int(),
          best: number,
          optimism: number,
          components: componentsSchema.nullable(),
        }),
      }),
    )
    .readonly(),
  comparisons: z
    .array(
      z.object({
        measure: z.enum(MEASURES),
        first: z.string(),
        second: z.string(),
        cases: z.number().int(),
        difference: estimateSchema,
        low90: number,
        high90: number,
        practicallyEqual: z.boolean(),
        p: z.number(),
        smallestPossibleP: z.number(),
        holm: z.number(),
      }),
    )
    .readonly(),
}) satisfies z.ZodType<Inference>;

/** What finished trials say together. */
export const studyResultsSchema = z.object({
  /** of every finished trial */
  cells: z.array(cellSchema),
  /** of all folds of a network and seed together, where every case is tested in one of them */
  pooled: z.array(cellSchema),
  inference: inferenceSchema,
});
export type StudyResults = z.infer<typeof studyResultsSchema>;

/** One contender of a study beside one of another, or of the same. */
const pairSchema = z.object({
  first: z.string(),
  second: z.string(),
  squares: z
    .array(z.object({ trainSet: trainSetSchema, view: viewSchema, first: number, second: number, difference: estimateSchema }))
    .readonly(),
  measures: z.object({ gap: estimateSchema, overall: estimateSchema }),
}) satisfies z.ZodType<Pair>;

/** Two studies side by side. */
export const comparisonSchema = z.object({
  /** fields of the plans whose values differ, by their paths; what a plan lacks is absent */
  settings: z.array(z.object({ field: z.string(), first: z.unknown().optional(), second: z.unknown().optional() })),
  /** whether both were tested on the same images */
  sameTest: z.boolean(),
  pairs: z.array(pairSchema),
  /** contenders that only one of them has */
  only: z.object({ first: z.array(z.string()), second: z.array(z.string()) }),
});
export type StudyComparison = z.infer<typeof comparisonSchema>;

/** One image of a confusion-matrix cell. */
export const cellImageSchema = z.object({
  /** name of its picture, for `pictureAddress`; there is none where the data set has no longer what was tested */
  picture: z.string(),
  path: z.string(),
  case: z.string(),
  slide: z.string(),
  view: viewSchema,
  truth: classNameSchema,
  predicted: classNameSchema,
  /** of the class that was predicted */
  probability: z.number(),
});
export type CellImage = z.infer<typeof cellImageSchema>;

/** A case as it was tested, images as they were recorded. */
export const testedCaseSchema = z.object({
  /** all cases of the test set, in order */
  cases: z.array(z.string()),
  /** by magnification, then by path */
  images: z.array(cellImageSchema),
  /** which part of each image the network was shown */
  framing: z.object({
    inputSize: z.tuple([z.number(), z.number()]),
    mode: z.enum(['crop', 'full frame', 'none']),
    cropPct: z.number(),
  }) satisfies z.ZodType<Framing>,
});
export type TestedCase = z.infer<typeof testedCaseSchema>;

/** Where a trial's network looked in one of its test images. */
export const imageSaliencySchema = saliencySchema.extend({
  /** address of a PNG to lie over the whole image, relative to the page */
  layer: z.string(),
  /** of the class that is explained */
  probability: z.number(),
});
export type ImageSaliency = z.infer<typeof imageSaliencySchema>;

export const trialSummarySchema = z.object({
  id: z.string(),
  study: z.string(),
  ...armShape,
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
  /** what its networks are tested on: the columns of its matrices */
  testMagnifications: z.array(z.number()),
  /** "queued": it begins by itself when studies before it have ended; "waiting": it was never begun */
  state: z.enum(['waiting', 'queued', 'running', 'paused', 'interrupted', 'finished', 'failed', 'cancelled']),
  trials: z.array(trialSummarySchema),
  /** its place among the studies that run or wait, 0 for the first, and the name of the one before it; null where it is none of them */
  queue: z.object({ place: z.number().int(), after: z.string().nullable() }).nullable(),
  /** what the queue waits for before it goes on by itself, e.g. a drive that is away; null when nothing is in the way */
  held: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type StudySummary = z.infer<typeof studySummarySchema>;
