import { imageCost } from './catalogue.ts';
import { familyOf, type Variant } from './families/index.ts';

/** Node, TensorFlow, its graph, and the buffers that oneDNN takes once, bytes. */
const PROCESS_BYTES = 565e6;
/** Weights, their gradients, the optimiser's state and new values on their way. */
const COPIES_OF_WEIGHTS = 4;
/**
 * Largest memory of training, in bytes, without the images: the process; weights and optimiser; what is kept for the backward
 * pass. For plans: what fits is measured when a trial starts.
 * @param inputSize height, width
 */
export function trainingMemory(variant: Variant, inputSize: readonly [number, number], batchSize: number): number {
  const { kept } = imageCost(variant, inputSize);
  const weights = 4 * variant.params * COPIES_OF_WEIGHTS;
  return PROCESS_BYTES + weights + 4 * kept * batchSize * familyOf(variant).peakPerKept;
}
