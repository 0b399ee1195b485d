/** Calls about studies and their trials. */
import { z } from 'zod';
import { nameSchema, planSchema } from '../plan.ts';
import { studySummarySchema } from '../results.ts';
import { epochSchema, trialIdSchema } from '../trial.ts';
import { call, nothing, ofStudy } from './call.ts';

const trial = z.strictObject({ trial: trialIdSchema });

export const studies = {
  'studies.list': call(nothing, z.array(studySummarySchema)),
  'studies.start': call(z.strictObject({ plan: planSchema }), studySummarySchema),
  /** @param failed runs failed trials again too */
  'studies.resume': call(z.strictObject({ study: nameSchema, failed: z.boolean().optional() }), studySummarySchema),
  /** ends the running trial now (it can be resumed) and starts no other */
  'studies.pause': call(ofStudy, studySummarySchema),
  'trials.cancel': call(trial, studySummarySchema),
  'trials.retry': call(trial, studySummarySchema),
  'trials.history': call(trial, z.array(epochSchema)),
} as const;
