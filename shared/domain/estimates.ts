import type { Variant } from './catalogue.ts';

/** Node, TensorFlow and its compiled graph, bytes. */
const PROCESS_BYTES = 500e6;

/**
 * Memory of training, in bytes, without the images: activations kept for the backward pass; weights, gradients and optimiser
 * state; the process itself. A rough figure for plans; what fits is measured when a trial starts.
 * @param inputSize height, width
 */
export function trainingMemory(variant: Variant, [height, width]: readonly [number, number], batchSize: number): number {
  const activations = variant.activationsPerPixel * height * width * batchSize * 4;
  return activations + variant.params * 4 * 3 + PROCESS_BYTES;
}
