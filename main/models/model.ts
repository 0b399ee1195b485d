import type * as tf from '@tensorflow/tfjs-core';
import type { ParameterSpec, Pass } from './layers.ts';

/** A network: what parameters it has and what it computes with them. It holds no state. */
export interface Model {
  readonly specs: readonly ParameterSpec[];
  /** @param x normalised images [N, H, W, 3] @returns logits [N, classes] */
  forward(pass: Pass, x: tf.Tensor4D): tf.Tensor2D;
}
