import { z } from 'zod';
import { studySummarySchema } from './results.ts';
import { projectSchema, taskSchema } from './system.ts';
import { trialMessageSchema } from './trial.ts';

/** What the lab tells every open page. */
export const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('task'), task: taskSchema }),
  z.object({ type: z.literal('project'), project: projectSchema.nullable() }),
  z.object({ type: z.literal('dataset') }),
  z.object({ type: z.literal('study'), study: studySummarySchema }),
  z.object({ type: z.literal('trial'), trial: z.string(), message: trialMessageSchema }),
]);
export type LabEvent = z.infer<typeof eventSchema>;
