import { z } from 'zod';
import { errorEnvelopeSchema } from './errors.ts';

export const predictRequestSchema = z.strictObject({
  /** safetensors file */
  weights: z.string().min(1),
  /** needed where the file's metadata does not name it */
  model: z.string().optional(),
  files: z.array(z.string().min(1)).min(1),
  /** height, width; default: the weights' own, else the variant's */
  inputSize: z.tuple([z.number().int().min(32).max(2048), z.number().int().min(32).max(2048)]).optional(),
  resize: z.enum(['crop', 'full frame', 'none']).optional(),
});
export type PredictRequest = z.infer<typeof predictRequestSchema>;

export const predictRowSchema = z.object({
  path: z.string(),
  /** benign, malignant */
  logits: z.tuple([z.number(), z.number()]),
  probabilities: z.object({ benign: z.number(), malignant: z.number() }),
});
export type PredictRow = z.infer<typeof predictRowSchema>;

export const predictAnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), predictions: z.array(predictRowSchema) }),
  z.object({ ok: z.literal(false), error: errorEnvelopeSchema }),
]);
export type PredictAnswer = z.infer<typeof predictAnswerSchema>;
