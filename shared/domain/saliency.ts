import type { Variant } from './families/index.ts';
import { FAMILIES } from './families/index.ts';

/** Ways to say which parts of an image moved a network's output; the first works for every family. */
export const SALIENCY_METHODS = ['integrated-gradients', 'grad-cam'] as const;
export type SaliencyMethod = (typeof SALIENCY_METHODS)[number];

/** Gradients per image that integrated gradients sum up, unless told otherwise. */
export const SALIENCY_STEPS = 64;
/** The most that can be asked for. */
export const MOST_SALIENCY_STEPS = 2000;

/** The methods that a network allows: Grad-CAM needs a feature map, whose places are places of the image. */
export function saliencyMethods({ family }: Pick<Variant, 'family'>): readonly SaliencyMethod[] {
  return FAMILIES.find((facts) => facts.family === family)!.featureMap ? SALIENCY_METHODS : ['integrated-gradients'];
}
