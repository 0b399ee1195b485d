/** Calls about reports. */
import { z } from 'zod';
import { nameSchema } from '../plan.ts';
import { reportSettingsSchema } from '../report.ts';
import { call, folder, ofStudy } from './call.ts';

export const exports = {
  /** what was chosen of a study's report: title, authors, notes, sections, formats */
  'reports.settings': call(ofStudy, reportSettingsSchema),
  'reports.keep': call(z.strictObject({ study: nameSchema, settings: reportSettingsSchema }), z.object({})),
  /** the page as it will be exported */
  'reports.preview': call(ofStudy, z.object({ html: z.string() })),
  /** @param settings by default those that were kept */
  'reports.export': call(
    z.strictObject({ study: nameSchema, folder: folder.optional(), settings: reportSettingsSchema.optional() }),
    z.object({ folder: z.string(), files: z.array(z.string()) }),
  ),
} as const;
