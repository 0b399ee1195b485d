import type * as tf from '@tensorflow/tfjs-core';
import type { ParameterSpec, Pass } from './layers.ts';

/** Height and width in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** What a family computes: parameters, and stem to blocks to head with them. It holds no state. */
export interface Network {
  readonly specs: readonly ParameterSpec[];
  /**
   * Stem and blocks.
   * @param x normalised images [N, H, W, 3]
   * @returns a feature map [N, H', W', C], or tokens [N, T, C] where a token stands for no place (ViT's class token)
   */
  features(pass: Pass, x: tf.Tensor4D): tf.Tensor4D | tf.Tensor3D;
  /** @param features what {@link features} returned @returns logits [N, classes] */
  head(pass: Pass, features: tf.Tensor): tf.Tensor2D;
}

/** A network for a number of classes. */
export interface Model extends Network {
  readonly classes: number;
}

/** @param x normalised images [N, H, W, 3] @returns logits [N, classes] */
export function forward(model: Network, pass: Pass, x: tf.Tensor4D): tf.Tensor2D {
  return model.head(pass, model.features(pass, x));
}
