/**
 * Files of format 1, and what they are in format 2. Format 1 knew two classes, one split, one magnification to train on and one way to
 * show a test set; all of that is a case of format 2. Such files are read and never written; they stay as they are.
 */
import { z } from 'zod';
import { MALIGNANCY } from '../domain/breakhis.ts';
import { planSchema } from './plan.ts';
import { studyFileSchema } from './study.ts';
import { type TrialConfig, trialConfigSchema } from './trial.ts';

type Fields = Record<string, unknown>;

/** A plan of any format, however much of it is given, in format 2; anything else as it is. */
export function upgradePlan(content: unknown): unknown {
  if (!isFormat1(content)) return content;
  const { trainMagnifications, split, ...same } = content;
  return {
    ...same,
    format: 2,
    task: MALIGNANCY.id,
    ...(trainMagnifications !== undefined && { trainSets: trainMagnifications }),
    ...(split !== undefined && { split: isFields(split) ? upgradeSplit(split) : split }),
  };
}

function upgradeSplit({ fold, ...same }: Fields): Fields {
  return { ...same, folds: fold === undefined ? [] : [fold] };
}

function upgradeStudy(content: unknown): unknown {
  if (!isFormat1(content)) return content;
  const { splitSha256, trials, plan, ...same } = content;
  const { split } = isFields(plan) ? plan : {};
  const fold = isFields(split) && split.by === 'fold' ? split.fold : null;
  return {
    ...same,
    format: 2,
    plan: upgradePlan(plan),
    classes: [...MALIGNANCY.classes],
    positive: MALIGNANCY.positive,
    splits: [{ fold, sha256: splitSha256 }],
    trials: Array.isArray(trials) ? trials.map((trial: unknown) => upgradeTrial(trial, fold)) : trials,
  };
}

function upgradeTrial(trial: unknown, fold: unknown): unknown {
  if (!isFields(trial)) return trial;
  const { trainMagnification, ...same } = trial;
  return { ...same, trainSet: trainMagnification, fold };
}

function isFields(content: unknown): content is Fields {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}

function isFormat1(content: unknown): content is Fields {
  return isFields(content) && content.format === 1;
}

/** A plan file of any format. */
export const storedPlanSchema = z.preprocess(upgradePlan, planSchema);
/** A study's file of any format. */
export const storedStudySchema = z.preprocess(upgradeStudy, studyFileSchema);

const { shape } = trialConfigSchema;

/** A configuration of format 1: the order of its fields is part of its hash, by which checkpoints know it. */
const trialConfig1Schema = z.strictObject({
  format: z.literal(1),
  id: shape.id,
  study: shape.study,
  model: shape.model,
  trainMagnification: z.number().positive(),
  testMagnifications: shape.testMagnifications,
  seed: shape.seed,
  protocol: shape.protocol,
  inputSize: shape.inputSize,
  evaluation: shape.evaluation,
  training: shape.training,
  augmentation: shape.augmentation,
  dataset: shape.dataset,
  splitSha256: shape.splitSha256,
  train: shape.train,
  validation: shape.validation,
  test: shape.test,
  cacheFolder: shape.cacheFolder,
  magnilabVersion: shape.magnilabVersion,
});

/** A trial's configuration as it lies in its folder, of any format. */
export const storedConfigSchema = z.discriminatedUnion('format', [trialConfig1Schema, trialConfigSchema]);
export type StoredConfig = z.infer<typeof storedConfigSchema>;

export function upgradeConfig(config: StoredConfig): TrialConfig {
  if (config.format === 2) return config;
  const { trainMagnification, ...same } = config;
  return {
    ...same,
    format: 2,
    task: MALIGNANCY.id,
    classes: [...MALIGNANCY.classes],
    positive: MALIGNANCY.positive,
    trainSet: trainMagnification,
    views: ['native'],
    fold: null,
  };
}
