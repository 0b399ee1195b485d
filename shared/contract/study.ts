import { z } from 'zod';
import { imageCountsSchema } from './dataset.ts';
import { nameSchema, planSchema } from './plan.ts';
import { trialIdSchema } from './trial.ts';

/** studies/<name>.json: a started study. It never changes; how its trials stand is in their folders. */
export const studyFileSchema = z.strictObject({
  format: z.literal(1),
  name: nameSchema,
  createdAt: z.string(),
  plan: planSchema,
  splitSha256: z.string(),
  /** what the split deals out; absent in files of earlier versions */
  dataset: imageCountsSchema.optional(),
  trials: z.array(
    z.strictObject({
      id: trialIdSchema,
      model: z.string(),
      trainMagnification: z.number(),
      seed: z.number().int(),
      /** SHA-256 of the trial's configuration; absent in files of earlier versions */
      config: z.string().optional(),
    }),
  ),
  magnilab: z.string(),
});
export type StudyFile = z.infer<typeof studyFileSchema>;
