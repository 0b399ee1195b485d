import { z } from 'zod';
import { classesSchema, classNameSchema, imageCountsSchema } from './dataset.ts';
import { armShape, foldSchema, nameSchema, planSchema } from './plan.ts';
import { trialIdSchema } from './trial.ts';

/** studies/<name>.json: a started study. It never changes; how its trials stand is in their folders. */
export const studyFileSchema = z.strictObject({
  format: z.literal(2),
  name: nameSchema,
  createdAt: z.string(),
  plan: planSchema,
  classes: classesSchema,
  positive: classNameSchema.nullable(),
  /** one per fold; one with fold null where the study has no folds */
  splits: z
    .array(z.strictObject({ fold: foldSchema.nullable(), imageLevel: z.boolean().default(false), sha256: z.string() }))
    .min(1),
  /** what the splits deal out; absent in files of earlier versions */
  dataset: imageCountsSchema.optional(),
  trials: z.array(
    z.strictObject({
      id: trialIdSchema,
      ...armShape,
      /** SHA-256 of the trial's configuration; absent in files of earlier versions */
      config: z.string().optional(),
    }),
  ),
  magnilab: z.string(),
});
export type StudyFile = z.infer<typeof studyFileSchema>;
