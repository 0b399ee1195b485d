/** Calls about plans and their splits. */
import { z } from 'zod';
import { presetIds } from '../../domain/study/presets/index.ts';
import { classNameSchema, parts } from '../dataset.ts';
import { foldSchema, nameSchema, planSchema, planSplitSchema } from '../plan.ts';
import { call, nothing } from './call.ts';

/** How many images of one case and magnification lie in one part: one square of the split strip. */
export const splitPreviewSchema = z.object({
  sha256: z.string(),
  cases: z.array(
    z.object({
      case: z.string(),
      label: classNameSchema,
      /** one entry per magnification and part that has images */
      squares: z.array(z.object({ magnification: z.number(), part: z.enum(parts), images: z.number().int() })),
    }),
  ),
  totals: z.array(
    /** class by name or table -> images */
    z.object({ magnification: z.number(), part: z.enum(parts), byClass: z.record(z.string(), z.number().int()) }),
  ),
  leaks: z.array(z.object({ case: z.string(), parts: z.array(z.enum(parts)) })),
  /** images with the same pixels as others */
  dropped: z.number().int(),
  /** images that the list or fold does not name */
  unlisted: z.number().int(),
});
export type SplitPreview = z.infer<typeof splitPreviewSchema>;

/** A plan that may still have faults: any record of fields. */
const draftSchema = z.record(z.string(), z.unknown());

const modelCostSchema = z.object({
  id: z.string(),
  params: z.number(),
  memoryBytes: z.number(),
  secondsPerEpoch: z.number().nullable(),
});

/** What a plan would cost, and what forbids running it. */
export const planCheckSchema = z.object({
  trials: z.number().int(),
  /** estimated seconds on this machine, null before a first trial has been measured and no rough rate is known */
  seconds: z.number().nullable(),
  diskBytes: z.number(),
  models: z.array(modelCostSchema),
  /** of the catalogue's other networks that take images of the plan's size: known before they are chosen */
  others: z.array(modelCostSchema),
  /** changes each of which would bring the plan down to a day, or to this machine's memory */
  offers: z.array(z.object({ field: z.string(), value: z.union([z.number(), z.array(z.number())]), message: z.string() })),
  /** how much each part of each split holds */
  evidence: z.array(
    z.object({
      fold: foldSchema.nullable(),
      imageLevel: z.boolean(),
      part: z.enum(parts),
      magnification: z.number(),
      images: z.number().int(),
      cases: z.number().int(),
      byClass: z.record(z.string(), z.number().int()),
    }),
  ),
  /** reasons not to run, each naming the field */
  problems: z.array(z.object({ field: z.string(), message: z.string() })),
  /** true things a user should know first, e.g. that an image-level split leaks */
  warnings: z.array(z.object({ field: z.string(), message: z.string() })),
});
export type PlanCheck = z.infer<typeof planCheckSchema>;

export const plans = {
  'plans.preset': call(z.strictObject({ preset: z.enum(presetIds), name: nameSchema }), planSchema),
  'plans.list': call(nothing, z.array(z.object({ name: z.string(), modifiedAt: z.string() }))),
  'plans.open': call(z.strictObject({ name: nameSchema }), planSchema),
  'plans.save': call(z.strictObject({ plan: planSchema }), z.object({ path: z.string() })),
  /** the plan being made, as the page keeps it while it is not saved; null when there is none */
  'plans.draft': call(nothing, z.object({ draft: draftSchema.nullable() })),
  'plans.keepDraft': call(z.strictObject({ draft: draftSchema }), z.object({})),
  'plans.check': call(z.strictObject({ plan: planSchema }), planCheckSchema),
  /** @param fold which one, where the split has several; by default the first */
  'plans.split': call(z.strictObject({ split: planSplitSchema, fold: foldSchema.optional() }), splitPreviewSchema),
} as const;
