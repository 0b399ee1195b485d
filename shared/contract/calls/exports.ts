/** Calls about what leaves the lab: reports, and networks for other programs. */
import { z } from 'zod';
import { onnxFileSchema } from '../onnx.ts';
import { nameSchema } from '../plan.ts';
import { reportSettingsSchema } from '../report.ts';
import { trialIdSchema } from '../trial.ts';
import { call, folder, ofStudy } from './call.ts';

export const exports = {
  /** what was chosen of a study's report: title, authors, notes, sections, formats */
  'reports.settings': call(ofStudy, reportSettingsSchema),
  'reports.keep': call(z.strictObject({ study: nameSchema, settings: reportSettingsSchema }), z.object({})),
  /** the page as it will be exported; its address is relative to the app's page, for a frame */
  'reports.preview': call(ofStudy, z.object({ page: z.string() })),
  /** @param settings by default those that were kept */
  'reports.export': call(
    z.strictObject({ study: nameSchema, folder: folder.optional(), settings: reportSettingsSchema.optional() }),
    z.object({ folder: z.string(), files: z.array(z.string()) }),
  ),
  /** ready to paste: the paragraph for a paper's methods, and what to cite, as BibTeX */
  'reports.words': call(ofStudy, z.object({ methods: z.string(), citations: z.string() })),
  /**
   * Writes the best weights of a finished trial as an ONNX file; takes seconds.
   * @param file default: reports/TRIAL.onnx in the project
   * @param replace whether a file that is there may be replaced
   */
  'trials.exportOnnx': call(
    z.strictObject({ trial: trialIdSchema, file: z.string().min(1).optional(), replace: z.boolean().default(false) }),
    onnxFileSchema,
  ),
} as const;
