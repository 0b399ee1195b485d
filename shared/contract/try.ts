import { z } from 'zod';
import { classesSchema, classNameSchema } from './dataset.ts';
import { errorCodes } from './error-codes.ts';
import { armShape } from './plan.ts';
import { trialIdSchema } from './trial.ts';

/** An image that is tried, wherever it came from. */
export const triedImageSchema = z.object({
  /** by which it is asked about */
  id: z.string(),
  /** of its file */
  name: z.string(),
  /** pixels */
  width: z.number().int(),
  height: z.number().int(),
  /** of its picture, for `pictureAddress` */
  picture: z.string(),
  /** as its name says it; null where it does not */
  magnification: z.number().nullable(),
});
export type TriedImage = z.infer<typeof triedImageSchema>;

/** Why an image is not tried; the message names its file and what to do. */
export const refusedImageSchema = z.object({
  name: z.string(),
  error: z.object({ code: z.enum(errorCodes), message: z.string() }),
});
export type RefusedImage = z.infer<typeof refusedImageSchema>;

/** Which network is asked: that of a finished trial, or of a weights file that was added. */
export const networkChoiceSchema = z.union([
  z.strictObject({ trial: trialIdSchema }),
  z.strictObject({ weights: z.string().min(1), model: z.string().min(1).optional() }),
]);
export type NetworkChoice = z.infer<typeof networkChoiceSchema>;

/** A network that can be asked. */
export const triedNetworkSchema = z.object({
  choice: networkChoiceSchema,
  /** id of the variant */
  model: z.string(),
  /** in the order of its logits */
  classes: classesSchema,
  /** of its training images, ascending; null where that is not known */
  magnifications: z.array(z.number()).nullable(),
  /** how it was trained; null for a weights file that was added */
  arm: z.object({ study: z.string(), ...armShape }).nullable(),
});
export type TriedNetwork = z.infer<typeof triedNetworkSchema>;

/** What one network says of one image. */
export const triedAnswerSchema = z.object({
  image: z.string(),
  /** in the order of the probabilities */
  classes: z.array(classNameSchema),
  probabilities: z.array(z.number()),
  predicted: classNameSchema,
});
export type TriedAnswer = z.infer<typeof triedAnswerSchema>;

/** In its place: why there is no answer for this image. */
export const triedFailureSchema = z.object({
  image: z.string(),
  error: z.object({ code: z.enum(errorCodes), message: z.string() }),
});
export type TriedFailure = z.infer<typeof triedFailureSchema>;
