import { z } from 'zod';
import { classesSchema } from './dataset.ts';
import { networkSchema } from './network.ts';

/** Asks the predict process to write a network as an ONNX file. */
export const onnxRequestSchema = networkSchema.extend({
  /** ends with .onnx */
  file: z.string().min(1),
  /** whether a file that is there may be replaced */
  replace: z.boolean(),
  /** how images are shown in evaluation; default: as the weights say, else "crop" */
  evaluation: z.enum(['crop', 'full frame']).optional(),
  /** more metadata for the file, beside what the weights say */
  about: z.record(z.string(), z.string()),
});
export type OnnxRequest = z.infer<typeof onnxRequestSchema>;

/** An ONNX file that was written. */
export const onnxFileSchema = z.object({
  file: z.string(),
  bytes: z.number().int(),
  /** version of ONNX's operators that a runtime must know */
  opset: z.number().int(),
  /** operators in the graph */
  operators: z.number().int(),
  variant: z.string(),
  /** in the order of the logits */
  classes: classesSchema,
  /** height, width */
  inputSize: z.tuple([z.number().int(), z.number().int()]),
});
export type OnnxFile = z.infer<typeof onnxFileSchema>;
