import { z } from 'zod';
import { SALIENCY_METHODS } from '../domain/saliency.ts';
import { classNameSchema, imageSchema, indexSummarySchema, parts } from './dataset.ts';
import { presetIds } from '../domain/study/presets/index.ts';
import { foldSchema, nameSchema, planSchema, planSplitSchema } from './plan.ts';
import { cellImageSchema, cellSchema, imageSaliencySchema, studySummarySchema } from './results.ts';
import { doctorSchema, folderListingSchema, labInfoSchema, projectSchema, taskSchema } from './system.ts';
import { epochSchema, trialIdSchema, trialMessageSchema, viewSchema } from './trial.ts';

const nothing = z.strictObject({});
const study = z.strictObject({ study: nameSchema });
const trial = z.strictObject({ trial: trialIdSchema });
const folder = z.string().min(1);
/** stops running trials (they can be resumed); without it the call is refused while trials run */
const stop = z.boolean().optional();

export const imageFilterSchema = z.strictObject({
  magnification: z.number().optional(),
  label: classNameSchema.optional(),
  subtype: z.string().optional(),
  case: z.string().optional(),
  slide: z.string().optional(),
});
export type ImageFilter = z.infer<typeof imageFilterSchema>;

/** An image and the name of its picture, for `pictureAddress`. */
export const shownImageSchema = imageSchema.extend({ picture: z.string() });
export type ShownImage = z.infer<typeof shownImageSchema>;

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

/** What a plan would cost, and what forbids running it. */
export const planCheckSchema = z.object({
  trials: z.number().int(),
  /** estimated seconds on this machine, null before a first trial has been measured and no rough rate is known */
  seconds: z.number().nullable(),
  diskBytes: z.number(),
  models: z.array(
    z.object({ id: z.string(), params: z.number(), memoryBytes: z.number(), secondsPerEpoch: z.number().nullable() }),
  ),
  /** reasons not to run, each naming the field */
  problems: z.array(z.object({ field: z.string(), message: z.string() })),
  /** true things a user should know first, e.g. that an image-level split leaks */
  warnings: z.array(z.object({ field: z.string(), message: z.string() })),
});
export type PlanCheck = z.infer<typeof planCheckSchema>;

export const modelRowSchema = z.object({
  id: z.string(),
  family: z.string(),
  name: z.string(),
  kind: z.string(),
  /** timm's name; null where timm has not the network */
  timm: z.string().nullable(),
  /** dimensions, which differ from family to family */
  dims: z.record(z.string(), z.unknown()),
  params: z.number().int(),
  inputSize: z.number().int(),
  sizeMultiple: z.number().int(),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  cropPct: z.number(),
  interpolation: z.string(),
  small: z.boolean(),
  citation: z.string(),
  url: z.string(),
});
export type ModelRow = z.infer<typeof modelRowSchema>;

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });

/**
 * Every call of the lab: the allow-list, with the schema of its one argument and of its answer. Doors parse the argument
 * before a service sees it. Long work answers at once with a task id and reports by events.
 */
export const api = {
  'lab.info': call(nothing, labInfoSchema),
  'runtime.doctor': call(nothing, doctorSchema),
  'runtime.install': call(nothing, z.object({ task: z.string() })),
  'models.list': call(nothing, z.array(modelRowSchema)),
  'tasks.list': call(nothing, z.array(taskSchema)),
  'tasks.cancel': call(z.strictObject({ task: z.string() }), z.object({})),

  'files.list': call(z.strictObject({ path: z.string().optional() }), folderListingSchema),
  /** native dialog where the door has one, else error "not-available" */
  'files.choose': call(
    z.strictObject({ purpose: z.enum(['dataset', 'project', 'report']) }),
    z.object({ path: z.string().nullable() }),
  ),

  'projects.recent': call(
    nothing,
    z.array(z.object({ name: z.string(), folder: z.string(), openedAt: z.string(), exists: z.boolean() })),
  ),
  /** creates NAME.magnilab in the folder and opens it */
  'projects.create': call(z.strictObject({ name: nameSchema, folder: folder.optional(), stop }), projectSchema),
  /** the project that was open stays open until this one could be opened */
  'projects.open': call(z.strictObject({ folder, stop }), projectSchema),
  'projects.close': call(z.strictObject({ stop }), z.object({})),
  /** opens (or creates) a project with demo tissue: generated on first use, indexed, with a plan "Demo" */
  'projects.demo': call(z.strictObject({ stop }), z.object({ task: z.string() })),
  /** files of the open project that cannot be used, each with the reason; the others can */
  'projects.problems': call(nothing, z.array(z.object({ path: z.string(), message: z.string() }))),

  'dataset.index': call(
    z.strictObject({
      folder,
      /** the table that describes the images; absent: as when this folder was indexed last; null: names describe them */
      csv: z.string().nullish(),
      verify: z.boolean().default(false),
    }),
    z.object({ task: z.string() }),
  ),
  /** says that the images of the data set lie in another folder now */
  'dataset.locate': call(z.strictObject({ folder }), projectSchema),
  'dataset.summary': call(nothing, indexSummarySchema.nullable()),
  'dataset.images': call(
    z.strictObject({
      filter: imageFilterSchema.default({}),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(1000),
    }),
    z.object({ total: z.number().int(), images: z.array(shownImageSchema) }),
  ),

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

  'studies.list': call(nothing, z.array(studySummarySchema)),
  'studies.start': call(z.strictObject({ plan: planSchema }), studySummarySchema),
  /** @param failed runs failed trials again too */
  'studies.resume': call(z.strictObject({ study: nameSchema, failed: z.boolean().optional() }), studySummarySchema),
  /** ends the running trial now (it can be resumed) and starts no other */
  'studies.pause': call(study, studySummarySchema),
  'trials.cancel': call(trial, studySummarySchema),
  'trials.retry': call(trial, studySummarySchema),
  'trials.history': call(trial, z.array(epochSchema)),

  'results.cells': call(study, z.array(cellSchema)),
  'results.images': call(
    z.strictObject({
      trial: trialIdSchema,
      view: viewSchema,
      truth: classNameSchema,
      predicted: classNameSchema,
    }),
    z.array(cellImageSchema),
  ),
  /** where the best weights of a trial look in one of its test images; takes seconds */
  'results.saliency': call(
    z.strictObject({
      trial: trialIdSchema,
      /** path as in results.images */
      image: z.string().min(1),
      method: z.enum(SALIENCY_METHODS),
    }),
    imageSaliencySchema,
  ),

  'reports.preview': call(study, z.object({ html: z.string() })),
  'reports.export': call(
    z.strictObject({ study: nameSchema, folder: folder.optional() }),
    z.object({ folder: z.string(), files: z.array(z.string()) }),
  ),
} as const;

export type Api = typeof api;
export type CallName = keyof Api;
export type CallInput<N extends CallName> = z.input<Api[N]['input']>;
export type ParsedInput<N extends CallName> = z.output<Api[N]['input']>;
export type CallOutput<N extends CallName> = z.output<Api[N]['output']>;

/** The services behind the calls, as a door sees them. */
export type LabServices = { [N in CallName]: (input: ParsedInput<N>, context?: CallContext) => Promise<CallOutput<N>> };

/** What a service may look at beside its input. */
export interface CallContext {
  /** aborted when the answer is not wanted any more */
  readonly signal?: AbortSignal;
}

/** What the lab tells every open page. */
export const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('task'), task: taskSchema }),
  z.object({ type: z.literal('project'), project: projectSchema.nullable() }),
  z.object({ type: z.literal('dataset') }),
  z.object({ type: z.literal('study'), study: studySummarySchema }),
  z.object({ type: z.literal('trial'), trial: z.string(), message: trialMessageSchema }),
]);
export type LabEvent = z.infer<typeof eventSchema>;
