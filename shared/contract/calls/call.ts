import { z } from 'zod';
import { nameSchema } from '../plan.ts';

/** One call: the schema of its one argument and of its answer. */
export const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });

export const nothing = z.strictObject({});
export const ofStudy = z.strictObject({ study: nameSchema });
export const folder = z.string().min(1);
/** Of long work, which answers at once and reports by events. */
export const started = z.object({ task: z.string() });
