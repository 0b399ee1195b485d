import type { Variant } from './catalogue.ts';
import { imageCost } from './costs.ts';

/** Node, TensorFlow and its compiled graph, bytes. */
const PROCESS_BYTES = 500e6;

/**
 * Memory of training, in bytes, without the images: activations kept for the backward pass; weights, gradients and optimiser
 * state; the process itself. A rough figure for plans; what fits is measured when a trial starts.
 * @param inputSize height, width
 */
export function trainingMemory(variant: Variant, inputSize: readonly [number, number], batchSize: number): number {
  const { kept } = imageCost(variant, inputSize);
  return kept * batchSize * 4 + variant.params * 4 * 3 + PROCESS_BYTES;
}
