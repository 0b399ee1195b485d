import { z } from 'zod';
import { classesSchema } from './dataset.ts';

/** Which network, with its weights: what predictions and exports begin with. */
export const networkSchema = z.strictObject({
  /** safetensors file */
  weights: z.string().min(1),
  /** needed where the file's metadata does not name it */
  model: z.string().optional(),
  /** height, width; default: the weights' own, else the variant's */
  inputSize: z.tuple([z.number().int().min(32).max(2048), z.number().int().min(32).max(2048)]).optional(),
});
export type NetworkRequest = z.infer<typeof networkSchema>;

/** What a weights file says of its network, after it was loaded. */
export const networkFactsSchema = z.object({
  /** id of the variant */
  model: z.string(),
  /** in the order of the logits */
  classes: classesSchema,
  /** of the safetensors file */
  metadata: z.record(z.string(), z.string()),
});
export type NetworkFacts = z.infer<typeof networkFactsSchema>;
