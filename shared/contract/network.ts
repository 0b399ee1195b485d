import { z } from 'zod';

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
