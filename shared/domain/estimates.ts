import type { Variant } from './catalogue.ts';
import { imageCost } from './costs.ts';
import type { Family } from './families.ts';

/** Node, TensorFlow, its graph, and the buffers that oneDNN takes once, bytes. */
const PROCESS_BYTES = 565e6;
/** Weights, their gradients, the optimiser's state and new values on their way. */
const COPIES_OF_WEIGHTS = 4;
/**
 * Peak per byte that is kept for the backward pass: gradients lie beside it, and operators have buffers. Fitted to peaks of 23
 * training steps in a session on a CPU, which they meet within 10 % (test/full/estimates.test.ts measures again).
 */
const PEAK_PER_KEPT: Readonly<Record<Family, number>> = {
  resnet: 1.5,
  mobilenetv3: 1.5,
  vit: 1.28,
  swin: 1.45,
  fnet2d: 1.13,
  convmixer: 1.3,
  mixer: 1.27,
  wavemix: 1.17,
};

/**
 * Largest memory of training, in bytes, without the images: the process; weights and optimiser; what is kept for the backward
 * pass. For plans: what fits is measured when a trial starts.
 * @param inputSize height, width
 */
export function trainingMemory(variant: Variant, inputSize: readonly [number, number], batchSize: number): number {
  const { kept } = imageCost(variant, inputSize);
  const weights = 4 * variant.params * COPIES_OF_WEIGHTS;
  return PROCESS_BYTES + weights + 4 * kept * batchSize * PEAK_PER_KEPT[variant.family];
}
