/** Calls about images that belong to no study, and what networks say of them. */
import { z } from 'zod';
import { SALIENCY_METHODS } from '../../domain/saliency.ts';
import { imageSaliencySchema } from '../results.ts';
import {
  networkChoiceSchema,
  refusedImageSchema,
  triedAnswerSchema,
  triedFailureSchema,
  triedImageSchema,
  triedNetworkSchema,
} from '../try.ts';
import { TRY_LIMITS } from '../try-limits.ts';
import { call, nothing } from './call.ts';

const images = z.array(z.string()).min(1).max(TRY_LIMITS.images);
const opened = z.object({ images: z.array(triedImageSchema), refused: z.array(refusedImageSchema) });

export const tries = {
  /** the networks of all finished trials of the project, the newest study first */
  'try.networks': call(nothing, z.array(triedNetworkSchema)),
  /** the images that are being tried: the lab keeps them until they are removed, or it closes */
  'try.images': call(nothing, z.array(triedImageSchema)),
  /** takes images of this machine, as they are and where they are; folders stand for the images below them */
  'try.open': call(z.strictObject({ paths: z.array(z.string().min(1)).min(1).max(TRY_LIMITS.paths) }), opened),
  /**
   * Takes an image of a page that knows no path of it, part by part.
   * @param upload as the answer to the first part named it; absent for the first
   * @param size of the whole file, in bytes
   * @param offset of this part in the file: parts come one after the other
   * @param part base64
   */
  'try.upload': call(
    z.strictObject({
      upload: z.string().optional(),
      name: z.string().min(1).max(255),
      size: z.number().int().min(0),
      offset: z.number().int().min(0),
      part: z.base64().max(Math.ceil(TRY_LIMITS.part / 3) * 4),
    }),
    /** `image` with the last part */
    z.object({ upload: z.string(), image: triedImageSchema.nullable() }),
  ),
  'try.remove': call(z.strictObject({ images }), z.object({})),
  /**
   * A network of a weights file, ours or timm's, after it was loaded.
   * @param model needed where the file does not name it
   */
  'try.addWeights': call(z.strictObject({ weights: z.string().min(1), model: z.string().min(1).optional() }), triedNetworkSchema),
  /** what a network says of images, one answer per image in their order, each shown as its test images were */
  'try.classify': call(
    z.strictObject({ network: networkChoiceSchema, images }),
    z.array(z.union([triedAnswerSchema, triedFailureSchema])),
  ),
  /** where a network looks in an image; takes seconds */
  'try.saliency': call(
    z.strictObject({ network: networkChoiceSchema, image: z.string(), method: z.enum(SALIENCY_METHODS) }),
    imageSaliencySchema,
  ),
} as const;
