/** Calls about the data set of the open project. */
import { z } from 'zod';
import { classNameSchema, imageSchema, indexSummarySchema } from '../dataset.ts';
import { projectSchema } from '../system.ts';
import { call, folder, nothing, started } from './call.ts';

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

export const datasets = {
  'dataset.index': call(
    z.strictObject({
      /** or an archive (.zip, .tar.gz, .tgz, .tar), which is unpacked before */
      folder,
      /** the folder in which an archive's own folder is made; without it, where the project lies */
      into: folder.optional(),
      /** the table that describes the images; absent: as when this folder was indexed last; null: names describe them */
      csv: z.string().nullish(),
      verify: z.boolean().default(false),
    }),
    started,
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
} as const;
