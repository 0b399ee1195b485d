/** Calls about studies and their trials. */
import { z } from 'zod';
import { nameSchema, planSchema } from '../plan.ts';
import { studySummarySchema } from '../results.ts';
import { epochSchema, LOG_BYTES, logPartSchema, trialIdSchema } from '../trial.ts';
import { call, nothing, ofStudy } from './call.ts';

const trial = z.strictObject({ trial: trialIdSchema });
const byte = z.number().int().nonnegative();

export const studies = {
  'studies.list': call(nothing, z.array(studySummarySchema)),
  'studies.start': call(z.strictObject({ plan: planSchema }), studySummarySchema),
  /** @param failed runs failed trials again too */
  'studies.resume': call(z.strictObject({ study: nameSchema, failed: z.boolean().optional() }), studySummarySchema),
  /** ends the running trial now (it can be resumed) and starts no other */
  'studies.pause': call(ofStudy, studySummarySchema),
  /** the order of the studies that run or wait, the first to run first; those that are not named follow. Answers with all of them */
  'studies.order': call(z.strictObject({ studies: z.array(nameSchema).min(1).max(1000) }), z.array(studySummarySchema)),
  'trials.cancel': call(trial, studySummarySchema),
  'trials.retry': call(trial, studySummarySchema),
  'trials.history': call(trial, z.array(epochSchema)),
  /** a part of log.txt: its end, or what stands before or follows a byte, as an earlier answer has it */
  'trials.log': call(
    z
      .strictObject({
        trial: trialIdSchema,
        before: byte.optional(),
        after: byte.optional(),
        limit: z.number().int().min(1).max(LOG_BYTES).default(LOG_BYTES),
      })
      .refine(({ before, after }) => before === undefined || after === undefined, 'give "before" or "after", not both'),
    logPartSchema,
  ),
} as const;
