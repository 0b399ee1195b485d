import { z } from 'zod';
import { FEWEST_CLASSES, MOST_CLASSES, TASKS } from '../domain/tasks.ts';

/** Name of a class, as the data set writes it. */
export const classNameSchema = z.string().min(1).max(100);

/** The classes that a study tells apart, in the order of the logits. */
export const classesSchema = z
  .array(classNameSchema)
  .min(FEWEST_CLASSES)
  .max(MOST_CLASSES)
  .refine((names) => new Set(names).size === names.length, 'a class is listed twice');

export const taskSchema = z.object({
  id: z.enum(TASKS),
  classes: z.array(classNameSchema),
  positive: classNameSchema.nullable(),
});

/** What can be wrong with a file of a data set. What each means and what to do about it are the texts `problems.<code>`. */
export const problemCodes = [
  'unreadable',
  'truncated',
  'zero-bytes',
  'not-an-image',
  'too-large',
  'unsupported-pixels',
  'left-out',
  'unexpected-size',
  'name-not-understood',
  'label-against-folder',
  'duplicate-name',
  'duplicate-pixels',
  'duplicate-pixels-different-labels',
  'near-duplicate-pixels',
  'patient-spelling',
  'table-against-name',
  'sloppy-metadata',
  'converted-pixels',
  'table-converted',
  'missing-against-manifest',
  'changed-against-manifest',
  'unknown-to-manifest',
  'symlink-loop',
  'no-permission',
  'bad-row',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

export const problemSchema = z.object({
  code: z.enum(problemCodes),
  /** relative to the indexed folder */
  path: z.string(),
  /** what is wrong with this file and what to do */
  message: z.string(),
  /** other files concerned, e.g. the twin of a duplicate */
  related: z.array(z.string()).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** One usable image of an indexed data set. */
export const imageSchema = z.object({
  /** stable within a project: the position of `path` in the sorted index */
  id: z.number().int().nonnegative(),
  /** relative to the indexed folder, with "/" */
  path: z.string(),
  name: z.string(),
  label: classNameSchema,
  /** BreakHis subtype code, or "" for other data */
  subtype: z.string(),
  magnification: z.number().positive(),
  slide: z.string(),
  case: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  bytes: z.number().int(),
  /** of the decoded RGB pixels: equal for images that look alike bit by bit, whatever their file bytes */
  pixelSha256: z.string(),
  /** of the file's bytes; only known after `--verify` */
  fileSha256: z.string().nullable(),
});
export type IndexedImage = z.infer<typeof imageSchema>;

/** How an index compares with the published manifest of BreakHis. */
export const manifestReportSchema = z.object({
  /** images the manifest lists */
  expected: z.number().int(),
  present: z.number().int(),
  missing: z.number().int(),
  changed: z.number().int(),
  unknown: z.number().int(),
  /** true when file bytes were compared (SHA-256), not only names and sizes */
  hashed: z.boolean(),
});
export type ManifestReport = z.infer<typeof manifestReportSchema>;

export const countSchema = z.object({
  magnification: z.number(),
  label: classNameSchema,
  subtype: z.string(),
  images: z.number().int(),
});

/** How many images there are, of which cases. */
export const imageCountsSchema = z.object({
  images: z.number().int(),
  cases: z.number().int(),
  /** magnification -> class -> images; keys as strings because JSON has no number keys */
  byMagnification: z.record(z.string(), z.record(z.string(), z.number().int())),
});
export type ImageCounts = z.infer<typeof imageCountsSchema>;

export const indexSummarySchema = z.object({
  folder: z.string(),
  images: z.number().int(),
  /** magnification -> class -> images; keys as strings because JSON has no number keys */
  byMagnification: z.record(z.string(), z.record(z.string(), z.number().int())),
  counts: z.array(countSchema),
  /** the ways to divide these images into classes, the usual one first */
  tasks: z.array(taskSchema),
  slides: z.number().int(),
  cases: z.number().int(),
  problems: z.array(problemSchema),
  /** the table that describes the images; null where their names do */
  csv: z.string().nullable(),
  /** null when the folder is not BreakHis (a CSV of other data) or was not verified */
  manifest: manifestReportSchema.nullable(),
  /** true for Magnilab's own demo tissue, by the record that lies beside it */
  synthetic: z.boolean(),
});
export type IndexSummary = z.infer<typeof indexSummarySchema>;

export const parts = ['train', 'validation', 'test'] as const;
export type Part = (typeof parts)[number];

export const MOST_FOLDS = 20;

export const splitSettingsSchema = z.strictObject({
  by: z.enum(['case', 'image', 'fold', 'list']).default('case').meta({ description: 'what stays together' }),
  /** "strict": year + number (70 BreakHis cases); "published": slide folder (82 "patients") */
  grouping: z.enum(['strict', 'published']).default('strict'),
  ratios: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).default([7, 1, 2]),
  seed: z.number().int().nonnegative().default(42),
  /** which fold: an official one, 1 to 5, with by = "fold"; one of `caseFolds` */
  fold: z.number().int().min(1).max(MOST_FOLDS).optional(),
  /** with by = "case": cases are dealt out to so many folds, each of which is tested once; the ratios of the rest are kept */
  caseFolds: z.number().int().min(2).max(MOST_FOLDS).optional(),
  /** CSV file with columns name,part, with by = "list" */
  file: z.string().min(1).optional(),
  /** with by = "list": what becomes of images that the list does not name, and of rows that name no image */
  unlisted: z.enum(['refuse', 'leave out']).default('refuse'),
  /** keep one of several images with the same pixels (DC-13412 is dropped in favour of LC-13412) */
  dropDuplicates: z.boolean().default(true),
});
export type SplitSettings = z.infer<typeof splitSettingsSchema>;

export const splitSchema = z.strictObject({
  format: z.literal(1),
  settings: splitSettingsSchema,
  /** image path (relative to the data set) -> part; images that the split leaves out are absent */
  parts: z.record(z.string(), z.enum(parts)),
  dropped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  /** case numbers that stand in more than one part; empty for a clean split */
  leaks: z.array(z.strictObject({ case: z.string(), parts: z.array(z.enum(parts)) })),
  /** SHA-256 of the sorted "path part" lines */
  sha256: z.string(),
});
export type Split = z.infer<typeof splitSchema>;
