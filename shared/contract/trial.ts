import { z } from 'zod';
import { SCALINGS } from '../domain/study/scaling.ts';
import { ALL_SCALES, VIEW_SCALES } from '../domain/study/view.ts';
import { TASKS } from '../domain/tasks.ts';
import type { ErrorCode } from './error-codes.ts';
import { errorEnvelopeSchema } from './errors.ts';
import { classesSchema, classNameSchema } from './dataset.ts';
import { augmentationSchema, foldSchema, learnerSchema, nameSchema, planSchema, trainingSchema, trainSetSchema } from './plan.ts';

/** Identifier of a trial and name of its folder below runs/. */
export const trialIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'a trial id holds letters, digits, ".", "_" and "-"');

export const trialImageSchema = z.strictObject({
  /** relative to `dataset.folder` */
  path: z.string().min(1),
  /** its class under the study's task */
  label: classNameSchema,
  magnification: z.number().positive(),
  case: z.string(),
  slide: z.string(),
  pixelSha256: z.string(),
});
export type TrialImage = z.infer<typeof trialImageSchema>;

/**
 * runs/<id>/config.json: all that a trial process is given. A trial is a function of this file: the images with the hashes of
 * their pixels, the split, the seed and every setting, defaults included.
 */
export const trialConfigSchema = z.strictObject({
  format: z.literal(2),
  id: trialIdSchema,
  study: nameSchema,
  task: z.enum(TASKS),
  classes: classesSchema,
  positive: classNameSchema.nullable(),
  model: learnerSchema,
  trainSet: trainSetSchema,
  /** what training does about scale; absent where it is "crop" */
  scaling: z.enum(SCALINGS).optional(),
  /** magnifications of the data set, ascending; absent where nothing depends on them */
  magnifications: z.array(z.number().positive()).optional(),
  /** absent where it is false */
  imageLevel: z.boolean().optional(),
  testMagnifications: z.array(z.number().positive()).min(1),
  views: z.array(z.enum(VIEW_SCALES)).min(1),
  /** magnification of the scale curve; absent where there is none */
  scaleCurve: z.number().positive().optional(),
  fold: foldSchema.nullable(),
  seed: z.number().int().nonnegative(),
  protocol: planSchema.shape.protocol.unwrap(),
  inputSize: z.tuple([z.number().int().min(32), z.number().int().min(32)]),
  evaluation: z.enum(['crop', 'full frame']),
  training: trainingSchema,
  augmentation: augmentationSchema,
  dataset: z.strictObject({
    folder: z.string().min(1),
    /** whether the images are Magnilab's demo tissue; absent in trials of older versions */
    synthetic: z.boolean().optional(),
  }),
  splitSha256: z.string(),
  train: z.array(trialImageSchema).min(1),
  validation: z.array(trialImageSchema),
  /** validation images of the other magnifications, where variants are chosen by all; absent otherwise */
  otherValidation: z.array(trialImageSchema).optional(),
  test: z.array(trialImageSchema),
  /** folder of the decoded-pixel cache, shared by the trials of a project; may be deleted at any time */
  cacheFolder: z.string().min(1),
  magnilabVersion: z.string(),
});
export type TrialConfig = z.infer<typeof trialConfigSchema>;

/** One line of history.jsonl: one finished epoch. Losses are means over images; rates are images per second. */
export const epochSchema = z.object({
  /** 0-based */
  epoch: z.number().int().nonnegative(),
  epochs: z.number().int().positive(),
  learningRate: z.number(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  validationLoss: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
  imagesPerSecond: z.number(),
  /** share of the training time that was spent waiting for the loader */
  waitShare: z.number().optional(),
  seconds: z.number(),
  /** the best on validation so far; true throughout where the last epoch is tested */
  best: z.boolean(),
});
export type Epoch = z.infer<typeof epochSchema>;

/** "skipped": another variant of its family was chosen. */
export const trialStates = ['waiting', 'running', 'interrupted', 'finished', 'failed', 'cancelled', 'skipped'] as const;

/** What a trial needs to go on, beside its tensors: the metadata of checkpoint-last.safetensors. */
export const resumePointSchema = z.strictObject({
  /** finished epochs */
  epoch: z.number().int().nonnegative(),
  /** finished optimiser steps */
  steps: z.number().int().nonnegative(),
  bestEpoch: z.number().int(),
  bestAccuracy: z.number(),
  /** validation loss of the best epoch, which decides between equal accuracies; null or missing where it is not known */
  bestLoss: z.number().nullable().optional(),
  /** spent in training so far */
  seconds: z.number(),
  /** the last finished epoch, in case the process died before it was appended to history.jsonl */
  row: epochSchema,
  /** all finished epochs: history.jsonl can be made again from them; absent in files of earlier versions */
  rows: z.array(epochSchema).optional(),
  /** SHA-256 of the config.json that made it */
  config: z.string(),
});
export type ResumePoint = z.infer<typeof resumePointSchema>;

/** Reasons to interrupt a trial that pass by themselves: the queue waits, and goes on when it can. */
export const PASSING_ERRORS: readonly ErrorCode[] = ['disk-full', 'data-away'];

/** runs/<id>/state.json: how the trial stands; written by the trial process, or by the lab when it cancels. */
export const trialStateSchema = z.strictObject({
  /** whose it is; absent in files of earlier versions */
  trial: z.string().optional(),
  state: z.enum(['running', 'interrupted', 'finished', 'failed', 'cancelled']),
  pid: z.number().int().optional(),
  /** while it runs: which executor runs it, what it is called there, and on which machine; lease.json has its heartbeat */
  executor: z.string().optional(),
  job: z.string().optional(),
  host: z.string().optional(),
  error: errorEnvelopeSchema.optional(),
  /** of a finished trial: SHA-256 of every file of its folder, by name; absent in files of earlier versions */
  files: z.record(z.string(), z.string()).optional(),
});
export type TrialStateFile = z.infer<typeof trialStateSchema>;

const precisionSchema = z.enum(['float32', 'bfloat16', 'float16']);
const rungSchema = z.enum(['xla', 'session', 'eager']);

/** One way to compute a step: TensorFlow's flags are a process's. */
const candidateSchema = z.object({
  rung: rungSchema,
  precision: precisionSchema,
  oneDnn: z.boolean(),
  threads: z.number().int().positive(),
});

/**
 * runs/<id>/engine.json: how the trial computes, chosen before its first step and kept when it is resumed, so that it gives the
 * same bits; with the timings that it was chosen by.
 */
export const engineChoiceSchema = candidateSchema.extend({
  /** images per step: the plan's, or what fitted into memory */
  batchSize: z.number().int().positive(),
  plannedBatchSize: z.number().int().positive(),
  source: z.enum(['measured', 'remembered', 'given']),
  measured: z.array(
    z.object({
      candidate: candidateSchema,
      batchSize: z.number().int().positive(),
      measurement: z.discriminatedUnion('ok', [
        z.object({
          ok: z.literal(true),
          /** lower than the candidate's where that could not be compiled */
          rung: rungSchema,
          secondsPerStep: z.number(),
          compileSeconds: z.number(),
          peakBytes: z.number(),
          /** rung: why not */
          refusals: z.array(z.string()),
        }),
        z.object({ ok: z.literal(false), outOfMemory: z.boolean(), reason: z.string() }),
      ]),
    }),
  ),
});
export type EngineChoice = z.infer<typeof engineChoiceSchema>;

/** What a trial process tells its parent, in order: ready, then progress, then done or failed or stopped. */
export const trialMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    device: z.string(),
    tensorflow: z.string(),
    engine: z.string(),
    resumedAtEpoch: z.number().int(),
  }),
  z.object({
    type: z.literal('phase'),
    phase: z.enum(['tuning', 'decoding', 'training', 'validating', 'testing']),
    done: z.number(),
    total: z.number(),
  }),
  z.object({
    type: z.literal('step'),
    epoch: z.number().int(),
    epochs: z.number().int(),
    step: z.number().int(),
    steps: z.number().int(),
    loss: z.number(),
    learningRate: z.number(),
    imagesPerSecond: z.number(),
    secondsLeft: z.number(),
    memoryBytes: z.number(),
  }),
  z.object({ type: z.literal('epoch'), row: epochSchema }),
  /** what the user should know, e.g. that the batch was halved */
  z.object({ type: z.literal('notice'), text: z.string() }),
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('stopped'), epoch: z.number().int() }),
  z.object({ type: z.literal('failed'), error: errorEnvelopeSchema }),
]);
export type TrialMessage = z.infer<typeof trialMessageSchema>;

/** What a parent may tell a trial process. "stop": save nothing new, end within two seconds. */
export const trialCommandSchema = z.discriminatedUnion('type', [z.object({ type: z.literal('stop') })]);
export type TrialCommand = z.infer<typeof trialCommandSchema>;

/** runs/<id>/environment.json: what the trial ran on. */
export const trialEnvironmentSchema = z.object({
  magnilab: z.string(),
  node: z.string(),
  tfjs: z.string(),
  tensorflow: z.string(),
  device: z.string(),
  engine: z.string(),
  /** engine.json, and what really ran: a rung that could not be compiled is left for the next */
  computation: engineChoiceSchema.extend({ ranOn: rungSchema.nullable(), refusals: z.array(z.string()) }).optional(),
  os: z.string(),
  cpu: z.string(),
  cores: z.number().int(),
  oneDnn: z.boolean(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  trainingSeconds: z.number(),
});
export type TrialEnvironment = z.infer<typeof trialEnvironmentSchema>;

/** At most so many bytes of a log are read at once. */
export const LOG_BYTES = 65_536;

/** A part of runs/<id>/log.txt. */
export const logPartSchema = z.object({
  /** of the file */
  path: z.string(),
  /** of the whole file, bytes */
  size: z.number().int(),
  /** first byte of the part, and the one after its last */
  from: z.number().int(),
  to: z.number().int(),
  text: z.string(),
});
export type LogPart = z.infer<typeof logPartSchema>;

/** How an image was shown. */
export const viewSchema = z.object({ magnification: z.number(), scale: z.enum(ALL_SCALES) });

/** One row of predictions.csv. */
export const predictionSchema = z.object({
  image: z.string(),
  view: viewSchema,
  case: z.string(),
  slide: z.string(),
  truth: classNameSchema,
  predicted: classNameSchema,
  /** one per class, in the order of the trial's classes; the same of the probabilities */
  logits: z.array(z.number()),
  probabilities: z.array(z.number()),
});
export type Prediction = z.infer<typeof predictionSchema>;
