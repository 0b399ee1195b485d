/** Calls about reports. */
import { z } from 'zod';
import { nameSchema } from '../plan.ts';
import { call, folder, ofStudy } from './call.ts';

export const exports = {
  'reports.preview': call(ofStudy, z.object({ html: z.string() })),
  'reports.export': call(
    z.strictObject({ study: nameSchema, folder: folder.optional() }),
    z.object({ folder: z.string(), files: z.array(z.string()) }),
  ),
} as const;
