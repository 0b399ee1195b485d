import { z } from 'zod';
import { findVariant, inputSizeProblem } from '../domain/catalogue.ts';
import { newNameProblem } from '../domain/names.ts';
import { findPreset, type Preset, presetIds } from '../domain/study/presets/index.ts';
import { trainSetId } from '../domain/study/train-set.ts';
import { VIEW_SCALES } from '../domain/study/view.ts';
import { type TaskId, TASKS } from '../domain/tasks.ts';
import { classNameSchema, type SplitSettings, splitSettingsSchema } from './dataset.ts';

/** Names of files, in any script: no separators, no leading dot. What a new name must not be besides is in domain/names.ts. */
export const nameSchema = z
  .string()
  .normalize('NFC')
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,79}$/u,
    'use 1 to 80 letters, digits, spaces, ".", "_" or "-", beginning with a letter or digit',
  );

const MOST_EPOCHS = 10_000;

export const magnificationSchema = z.number().positive().max(1e6);

/** One magnification (40), all of the data set ("pooled"), or all but one ({"allBut": 40}). */
export const trainSetSchema = z.union([
  magnificationSchema,
  z.literal('pooled'),
  z.strictObject({ allBut: magnificationSchema }).readonly(),
]);

const OFFICIAL_FOLDS = 5;
export const foldSchema = z.number().int().min(1).max(OFFICIAL_FOLDS);

/** How a study's images are dealt out: the settings of a split, for every fold that it names. */
export const planSplitSchema = splitSettingsSchema.omit({ fold: true }).extend({
  /** official folds, with by = "fold": one split, and one trial of every kind, each */
  folds: z.array(foldSchema).refine(unique, 'a fold is listed twice').default([]),
});
export type PlanSplit = z.infer<typeof planSplitSchema>;

const modelSchema = z.string().refine((id) => findVariant(id) !== null, {
  error: (issue) => `there is no model "${String(issue.input)}"; magnilab models lists them`,
});

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
});
export type TrainingSettings = z.infer<typeof trainingSchema>;

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
    views: z.array(z.enum(VIEW_SCALES)).min(1).refine(unique, 'a view is listed twice').default(['native']),
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
    /** height, width in pixels */
    inputSize: z.tuple([z.number().int().min(32).max(2048), z.number().int().min(32).max(2048)]).default([224, 224]),
    /** "crop": short side to size / crop-pct, centre crop (timm); "full frame": the whole image squeezed to the input size */
    evaluation: z.enum(['crop', 'full frame']).default('crop'),
    training: trainingSchema.default(trainingSchema.parse({})),
    augmentation: augmentationSchema.default(augmentationSchema.parse({})),
  })
  .superRefine((plan, context) => {
    plan.models.forEach((id, index) => {
      const variant = findVariant(id);
      const problem = variant && inputSizeProblem(variant, plan.inputSize);
      if (problem) context.addIssue({ code: 'custom', path: ['inputSize'], message: `models.${index}: ${problem}` });
    });
    if (plan.split.by === 'fold' && plan.split.folds.length === 0)
      context.addIssue({ code: 'custom', path: ['split', 'folds'], message: 'say which official folds, 1 to 5' });
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
export function startProblems({ name, training }: Plan): { field: string; message: string }[] {
  const { epochs, warmupEpochs, warmupLearningRate, minLearningRate, learningRate } = training;
  const named = newNameProblem(name);
  return [
    ...(named ? [{ field: 'name', message: named }] : []),
    ...(warmupEpochs > 0 && warmupEpochs >= epochs
      ? [
          {
            field: 'training.warmupEpochs',
            message: `must be fewer than the ${epochs} epochs, else the learning rate is never reached`,
          },
        ]
      : []),
    ...(warmupEpochs > 0 && warmupLearningRate > learningRate
      ? [{ field: 'training.warmupLearningRate', message: `must be at most the learning rate, ${learningRate}` }]
      : []),
    ...(minLearningRate > learningRate
      ? [{ field: 'training.minLearningRate', message: `must be at most the learning rate, ${learningRate}` }]
      : []),
  ];
}

function unique(items: readonly unknown[]): boolean {
  return new Set(items).size === items.length;
}

/** The splits of a study, one per fold; one for all where the split is no fold. */
export function splitsOf({ folds, ...settings }: PlanSplit): { fold: number | null; settings: SplitSettings }[] {
  if (settings.by !== 'fold') return [{ fold: null, settings }];
  return folds.map((fold) => ({ fold, settings: { ...settings, fold } }));
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
