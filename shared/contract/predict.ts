import { z } from 'zod';
import { MOST_SALIENCY_STEPS, SALIENCY_METHODS } from '../domain/saliency.ts';
import { errorCodes } from './error-codes.ts';
import { errorEnvelopeSchema } from './errors.ts';
import { networkFactsSchema, networkSchema } from './network.ts';
import { onnxFileSchema, onnxRequestSchema } from './onnx.ts';

export const predictRequestSchema = networkSchema.extend({
  files: z.array(z.string().min(1)).min(1),
  resize: z.enum(['crop', 'full frame', 'none']).optional(),
  /** also say where the network looked */
  saliency: z
    .strictObject({
      method: z.enum(SALIENCY_METHODS),
      /** gradients per image of integrated gradients */
      steps: z.number().int().min(1).max(MOST_SALIENCY_STEPS).optional(),
      /** one PNG per file to write, the image beside its heat map; without them, rows hold the layer */
      pictures: z.array(z.string().min(1)).optional(),
    })
    .optional(),
});
export type PredictRequest = z.infer<typeof predictRequestSchema>;

/** Which parts of an image moved a network's output. Numbers are differences of the logarithm of the class's odds. */
export const saliencySchema = z.object({
  method: z.enum(SALIENCY_METHODS),
  /** what is explained: the class that the network predicts */
  class: z.string(),
  /** share of the image's area that the network saw: the rest was cropped away */
  seen: z.number(),
  /** nothing was found: Grad-CAM drops what speaks against the class, and may be left with nothing */
  empty: z.boolean(),
  /** from the baseline to this image; like the next two, null for Grad-CAM, which promises no sum */
  change: z.number().nullable(),
  /** sum of the attributions minus `change`: near zero when there were enough steps */
  residual: z.number().nullable(),
  steps: z.number().int().nullable(),
  /** the number of the baseline itself: near zero where the network has no opinion of a plain field */
  baseline: z.number().nullable().optional(),
  /** shifted copies of the image whose mean the map is */
  copies: z.number().int().nullable().optional(),
  /** pixels of the network's input, in height and width, per value of its last map */
  resolution: z.number().optional(),
});

export const predictRowSchema = z.object({
  path: z.string(),
  /** in the order of the weights' logits */
  classes: z.array(z.string()),
  logits: z.array(z.number()),
  probabilities: z.array(z.number()),
  predicted: z.string(),
  saliency: saliencySchema
    .extend({
      /** the PNG that was written */
      path: z.string().optional(),
      /** data URL of a PNG to lie over the whole image */
      layer: z.string().optional(),
    })
    .optional(),
});
export type PredictRow = z.infer<typeof predictRowSchema>;

/** In place of a row: why there is no answer for this file. The others have theirs. */
export const predictFailureSchema = z.object({
  path: z.string(),
  error: z.object({ code: z.enum(errorCodes), message: z.string() }),
});
export type PredictFailure = z.infer<typeof predictFailureSchema>;

export function isFailure(row: PredictRow | PredictFailure): row is PredictFailure {
  return 'error' in row;
}

/** One line to the predict process: a question, or that an earlier one need not be answered any more. */
export const predictQuestionSchema = z.union([
  z.strictObject({ id: z.number().int(), request: predictRequestSchema }),
  z.strictObject({ id: z.number().int(), exported: onnxRequestSchema }),
  z.strictObject({ id: z.number().int(), described: networkSchema }),
  z.strictObject({ cancel: z.number().int() }),
]);
export type PredictQuestion = z.infer<typeof predictQuestionSchema>;

/** One line of the predict process. */
export const predictAnswerSchema = z.union([
  z.object({
    ok: z.literal(true),
    id: z.number().int(),
    /** one per file, in the order of the request */
    predictions: z.array(z.union([predictRowSchema, predictFailureSchema])),
  }),
  z.object({ ok: z.literal(true), id: z.number().int(), exported: onnxFileSchema }),
  z.object({ ok: z.literal(true), id: z.number().int(), described: networkFactsSchema }),
  z.object({ ok: z.literal(false), id: z.number().int(), error: errorEnvelopeSchema }),
]);
export type PredictAnswer = z.infer<typeof predictAnswerSchema>;
