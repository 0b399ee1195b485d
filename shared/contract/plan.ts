import { z } from 'zod';
import { findVariant, inputSizeProblem } from '../domain/catalogue.ts';
import { familyOf } from '../domain/families/index.ts';
import { NETWORK_KINDS } from '../domain/families/family.ts';
import { newNameProblem } from '../domain/names.ts';
import { type Arm, armsOf, trialName } from '../domain/study/arm.ts';
import { baselineIds, isBaseline } from '../domain/study/baselines.ts';
import { findPreset, type Preset, presetIds } from '../domain/study/presets/index.ts';
import { SCALINGS } from '../domain/study/scaling.ts';
import { ENTRY_RULES } from '../domain/study/selection.ts';
import { trainSetId } from '../domain/study/train-set.ts';
import { VIEW_SCALES } from '../domain/study/view.ts';
import { type TaskId, TASKS } from '../domain/tasks.ts';
import { classNameSchema, MOST_FOLDS, type SplitSettings, splitSettingsSchema } from './dataset.ts';

/** Names of files, in any script: no separators, no leading dot. What a new name must not be besides is in domain/names.ts. */
export const nameSchema = z
  .string()
  .normalize('NFC')
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,79}$/u,
    'use 1 to 80 letters, digits, spaces, ".", "_" or "-", beginning with a letter or digit',
  );

const MOST_EPOCHS = 10_000;
const MOST_MINUTES = 1e6;

export const magnificationSchema = z.number().positive().max(1e6);

/** One magnification (40), all of the data set ("pooled"), or all but one ({"allBut": 40}). */
export const trainSetSchema = z.union([
  magnificationSchema,
  z.literal('pooled'),
  z.strictObject({ allBut: magnificationSchema }).readonly(),
]);

const OFFICIAL_FOLDS = 5;
export const foldSchema = z.number().int().min(1).max(MOST_FOLDS);

/** How a study's images are dealt out: the settings of a split, for every fold that it names. */
export const planSplitSchema = splitSettingsSchema.omit({ fold: true }).extend({
  /**
   * One split, and one trial of every kind, each: official folds, with by = "fold"; with `caseFolds`, which of them, by default all.
   */
  folds: z.array(foldSchema).refine(unique, 'a fold is listed twice').default([]),
});
export type PlanSplit = z.infer<typeof planSplitSchema>;

const modelSchema = z.string().refine((id) => findVariant(id) !== null, {
  error: (issue) => `there is no model "${String(issue.input)}"; magnilab models lists them`,
});
/** Who learns in a trial. */
export const learnerSchema = z.union([z.enum(baselineIds), modelSchema]);

export const trainingSchema = z.strictObject({
  epochs: z.number().int().min(1).max(MOST_EPOCHS).default(300).meta({ description: 'passes over the training part' }),
  batchSize: z.number().int().min(1).max(1024).default(128),
  /** "sgd": with Nesterov momentum; "adamw": betas 0.9 and 0.999 */
  optimiser: z.enum(['sgd', 'adamw']).default('sgd'),
  learningRate: z.number().positive().max(10).default(0.05),
  /** of SGD */
  momentum: z.number().min(0).lt(1).default(0.9),
  /** not applied to biases and norm gains (one-dimensional parameters), as timm does */
  weightDecay: z.number().min(0).max(1).default(2e-5),
  /** inside `epochs` */
  warmupEpochs: z.number().int().min(0).max(MOST_EPOCHS).default(3),
  warmupLearningRate: z.number().min(0).max(10).default(1e-4),
  minLearningRate: z.number().min(0).max(10).default(1e-6),
  /** epochs at the minimum learning rate after the cosine, on top of `epochs` */
  cooldownEpochs: z.number().int().min(0).max(MOST_EPOCHS).default(10),
  labelSmoothing: z.number().min(0).lt(1).default(0.1),
  /** longest gradient over all parameters; 0: not clipped */
  gradientClip: z.number().min(0).default(0),
  /** decay of the moving average of the weights, which is then what is validated and tested; 0: none */
  ema: z.number().min(0).lt(1).default(0),
  /** "mixed": multiplications in half precision where the device does them faster */
  precision: z.enum(['float32', 'mixed']).default('float32'),
  /** which epoch's weights are tested: best accuracy on validation at the training magnification, or the last */
  selection: z.enum(['validation', 'last']).default('validation'),
  /** epochs without a better validation after which training ends; without it training goes on to the last epoch */
  patience: z.number().int().min(1).max(MOST_EPOCHS).optional(),
  /** minutes of training after which it ends with the epoch; without it time does not matter */
  minutes: z.number().positive().max(MOST_MINUTES).optional(),
});
export type TrainingSettings = z.infer<typeof trainingSchema>;

const of = trainingSchema.shape;
/** Another recipe for the networks of a kind: what it sets of `training`; the rest is as for all. */
const recipeSchema = z.strictObject({
  epochs: of.epochs.unwrap().optional(),
  batchSize: of.batchSize.unwrap().optional(),
  optimiser: of.optimiser.unwrap().optional(),
  learningRate: of.learningRate.unwrap().optional(),
  momentum: of.momentum.unwrap().optional(),
  weightDecay: of.weightDecay.unwrap().optional(),
  warmupEpochs: of.warmupEpochs.unwrap().optional(),
  warmupLearningRate: of.warmupLearningRate.unwrap().optional(),
  minLearningRate: of.minLearningRate.unwrap().optional(),
  cooldownEpochs: of.cooldownEpochs.unwrap().optional(),
  labelSmoothing: of.labelSmoothing.unwrap().optional(),
  gradientClip: of.gradientClip.unwrap().optional(),
  ema: of.ema.unwrap().optional(),
});

export const augmentationSchema = z.strictObject({
  /** RandomResizedCrop: area share */
  scale: z.tuple([z.number().positive().max(1), z.number().positive().max(1)]).default([0.08, 1]),
  /** RandomResizedCrop: width / height */
  ratio: z.tuple([z.number().positive(), z.number().positive()]).default([3 / 4, 4 / 3]),
  horizontalFlip: z.number().min(0).max(1).default(0.5),
  verticalFlip: z.number().min(0).max(1).default(0),
  /** brightness, contrast and saturation factors are drawn from [1 - j, 1 + j] */
  colourJitter: z.number().min(0).max(1).default(0.4),
});
export type AugmentationSettings = z.infer<typeof augmentationSchema>;

export const planSchema = z
  .strictObject({
    format: z.literal(2),
    name: nameSchema,
    dataset: z.strictObject({
      folder: z.string().min(1),
      csv: z.string().min(1).optional(),
    }),
    /** which classes are told apart */
    task: z.enum(TASKS).default('malignancy'),
    /** with task = "label": the class that sensitivity and the like are about */
    positive: classNameSchema.optional(),
    protocol: z.enum(presetIds).default(presetIds[0]),
    models: z.array(modelSchema).min(1).refine(unique, 'a model is listed twice'),
    /** which variants of a family the study goes on with after the first seed */
    entries: z.enum(ENTRY_RULES).default('all'),
    /** what is compared with the networks without being one */
    baselines: z.array(z.enum(baselineIds)).refine(unique, 'a baseline is listed twice').default([]),
    trainSets: z
      .array(trainSetSchema)
      .min(1)
      .refine((sets) => unique(sets.map(trainSetId)), 'a train set is listed twice')
      .default([40, 100, 200, 400]),
    testMagnifications: z
      .array(magnificationSchema)
      .min(1)
      .refine(unique, 'a magnification is listed twice')
      .default([40, 100, 200, 400]),
    /** how each test magnification is shown */
    views: z
      .array(z.enum(VIEW_SCALES))
      .refine(unique, 'a view is listed twice')
      .refine((views) => views.includes('native'), 'the native view must be among them: means and the answer are about it')
      .default(['native']),
    /** magnification whose test images are also shown at other scales; null for none */
    scaleCurve: magnificationSchema.nullable().default(null),
    /** what training does about scale: one arm each */
    scalings: z.array(z.enum(SCALINGS)).min(1).refine(unique, 'a scaling is listed twice').default(['crop']),
    seeds: z
      .array(
        z
          .number()
          .int()
          .min(0)
          .max(2 ** 31 - 1),
      )
      .min(1)
      .refine(unique, 'a seed is listed twice')
      .default([0, 1, 2]),
    split: planSplitSchema.default(planSplitSchema.parse({})),
    /** whether everything is also trained and tested on a split by image: what the leak is worth */
    imageLevelToo: z.boolean().default(false),
    /** height, width in pixels */
    inputSize: z.tuple([z.number().int().min(32).max(2048), z.number().int().min(32).max(2048)]).default([224, 224]),
    /** "crop": short side to size / crop-pct, centre crop (timm); "full frame": the whole image squeezed to the input size */
    evaluation: z.enum(['crop', 'full frame']).default('crop'),
    training: trainingSchema.default(trainingSchema.parse({})),
    /** kind of network -> what is different in its training */
    recipes: z.partialRecord(z.enum(NETWORK_KINDS), recipeSchema).default({}),
    /** minutes of training for the whole study, divided evenly among its trials; null: as long as it takes */
    budgetMinutes: z.number().positive().max(MOST_MINUTES).nullable().default(null),
    /** networks whose means differ by less are the same in practice, as a share of 1 */
    equivalenceBand: z.number().positive().max(0.5).default(0.03),
    augmentation: augmentationSchema.default(augmentationSchema.parse({})),
  })
  .superRefine((plan, context) => {
    plan.models.forEach((id, index) => {
      const variant = findVariant(id);
      const problem = variant && inputSizeProblem(variant, plan.inputSize);
      if (problem) context.addIssue({ code: 'custom', path: ['inputSize'], message: `models.${index}: ${problem}` });
    });
    const { by, folds, caseFolds } = plan.split;
    if (by === 'fold' && (folds.length === 0 || Math.max(...folds) > OFFICIAL_FOLDS))
      context.addIssue({ code: 'custom', path: ['split', 'folds'], message: `say which official folds, 1 to ${OFFICIAL_FOLDS}` });
    if (by === 'case' && folds.length > 0 && caseFolds === undefined)
      context.addIssue({ code: 'custom', path: ['split', 'caseFolds'], message: 'say how many folds there are' });
    if (by === 'case' && Math.max(0, ...folds) > (caseFolds ?? MOST_FOLDS))
      context.addIssue({ code: 'custom', path: ['split', 'folds'], message: `there are ${caseFolds} folds` });
    if (by !== 'case' && caseFolds !== undefined)
      context.addIssue({ code: 'custom', path: ['split', 'caseFolds'], message: 'can be chosen with by = "case" alone' });
    if (by === 'image' && plan.imageLevelToo)
      context.addIssue({ code: 'custom', path: ['imageLevelToo'], message: 'the split is by image already' });
    if (plan.scaleCurve !== null && !plan.testMagnifications.includes(plan.scaleCurve))
      context.addIssue({ code: 'custom', path: ['scaleCurve'], message: 'must be one of the test magnifications' });
    if (plan.positive !== undefined && plan.task !== 'label')
      context.addIssue({ code: 'custom', path: ['positive'], message: 'can be chosen with the task "label" alone' });
    if (plan.split.by === 'list' && plan.split.file === undefined)
      context.addIssue({ code: 'custom', path: ['split', 'file'], message: 'name the CSV file with the columns name,part' });
    const [low, high] = plan.augmentation.scale;
    if (low > high)
      context.addIssue({ code: 'custom', path: ['augmentation', 'scale'], message: 'write the smaller share first' });
  });
/** A study as planned: the file a user saves, opens and compares. docs/plan.md has every field. */
export type Plan = z.infer<typeof planSchema>;
export type PlanInput = z.input<typeof planSchema>;

/**
 * What must not be started though every field is in its range, each naming its field. Not part of the schema: plans and studies of
 * older versions must open.
 */
export function startProblems(plan: Plan): { field: string; message: string }[] {
  const named = newNameProblem(plan.name);
  const kinds = new Set(plan.models.map((id) => familyOf(findVariant(id)!).kind));
  const recipes = NETWORK_KINDS.filter((kind) => kinds.has(kind) && plan.recipes[kind]);
  return [
    ...(named ? [{ field: 'name', message: named }] : []),
    ...(recipes.length < kinds.size ? rateProblems('training', plan.training) : []),
    ...recipes.flatMap((kind) => rateProblems(`recipes.${kind}`, { ...plan.training, ...plan.recipes[kind] })),
  ];
}

function rateProblems(field: string, training: TrainingSettings): { field: string; message: string }[] {
  const { epochs, warmupEpochs, warmupLearningRate, minLearningRate, learningRate } = training;
  return [
    ...(warmupEpochs > 0 && warmupEpochs >= epochs
      ? [
          {
            field: `${field}.warmupEpochs`,
            message: `must be fewer than the ${epochs} epochs, else the learning rate is never reached`,
          },
        ]
      : []),
    ...(warmupEpochs > 0 && warmupLearningRate > learningRate
      ? [{ field: `${field}.warmupLearningRate`, message: `must be at most the learning rate, ${learningRate}` }]
      : []),
    ...(minLearningRate > learningRate
      ? [{ field: `${field}.minLearningRate`, message: `must be at most the learning rate, ${learningRate}` }]
      : []),
  ];
}

function unique(items: readonly unknown[]): boolean {
  return new Set(items).size === items.length;
}

/** Which network learns from what: an arm as files and answers hold it. */
export const armShape = {
  model: z.string(),
  scaling: z.enum(SCALINGS).default('crop'),
  imageLevel: z.boolean().default(false),
  trainSet: trainSetSchema,
  fold: foldSchema.nullable(),
  seed: z.number().int(),
} as const;

export interface PlannedSplit {
  /** null where there is one for all */
  readonly fold: number | null;
  /** by image, beside the plan's own */
  readonly imageLevel: boolean;
  readonly settings: SplitSettings;
}

/** The splits of a study: one per fold, one for all where there are none; and one by image where that is asked for. */
export function splitsOf({ split, imageLevelToo }: Pick<Plan, 'split' | 'imageLevelToo'>): PlannedSplit[] {
  const { folds, ...settings } = split;
  const { caseFolds = 0, by } = settings;
  const chosen = by === 'case' && folds.length === 0 ? Array.from({ length: caseFolds }, (_, i) => i + 1) : folds;
  const isFolded = by === 'fold' || caseFolds > 0;
  const own = isFolded ? chosen.map((fold) => ({ fold, settings: { ...settings, fold } })) : [{ fold: null, settings }];
  const byImage = splitSettingsSchema.parse({ by: 'image', ratios: settings.ratios, seed: settings.seed });
  return [
    ...own.map((one) => ({ ...one, imageLevel: false })),
    ...(imageLevelToo ? [{ fold: null, imageLevel: true, settings: byImage }] : []),
  ];
}

/** Trials of a plan in the order in which they run. */
export function trialsOf(plan: Plan): (Arm & { readonly id: string })[] {
  const folds = splitsOf(plan).map(({ fold, imageLevel }) => ({ fold, imageLevel }));
  return armsOf({ ...plan, folds }).map((arm) => ({ id: trialName(plan.name, arm), ...arm }));
}

/**
 * The training of one network: the plan's, with what is different for its kind, and its share of the study's time. A baseline is
 * fitted at once.
 * @param trials of the study
 */
export function trainingOf(plan: Plan, model: string, trials: number): TrainingSettings {
  if (isBaseline(model)) return { ...plan.training, epochs: 1, warmupEpochs: 0, cooldownEpochs: 0, selection: 'last' };
  const variant = findVariant(model);
  const minutes = [plan.training.minutes, plan.budgetMinutes === null ? undefined : plan.budgetMinutes / trials];
  const shortest = Math.min(...minutes.filter((m) => m !== undefined));
  return {
    ...plan.training,
    ...(variant && plan.recipes[familyOf(variant).kind]),
    ...(Number.isFinite(shortest) && { minutes: shortest }),
  };
}

/** What a preset must know of data that are not BreakHis. */
export interface PresetData {
  readonly csv?: string | null;
  /** to train and to test on, instead of BreakHis's four */
  readonly magnifications?: readonly number[];
  readonly task?: TaskId;
}

/** A complete plan with a preset's values. */
export function presetPlan(preset: Preset, name: string, folder: string, data: PresetData = {}): Plan {
  const { csv, magnifications, task } = data;
  return planSchema.parse({
    format: 2,
    name,
    dataset: { folder, ...(csv && { csv }) },
    ...(task && { task }),
    protocol: preset,
    models: ['resnet18', 'wavemix_224_10'],
    ...(magnifications && { trainSets: [...magnifications], testMagnifications: [...magnifications] }),
    ...findPreset(preset).plan,
  });
}
