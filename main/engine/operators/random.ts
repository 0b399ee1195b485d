/**
 * Randomness that depends on nothing but its seed, so that a recorded step draws anew whenever its seed input changes, and a
 * resumed trial draws what it would have drawn.
 */
import * as tf from '@tensorflow/tfjs-core';
import { attributes, nodeBackend } from './node.ts';

/**
 * Uniform numbers in [0, 1).
 * @param seed int32 [2]
 */
export function statelessUniform(shape: readonly number[], seed: tf.Tensor1D): tf.Tensor {
  const node = nodeBackend();
  if (!node) {
    const [a, b] = seed.dataSync();
    return tf.randomUniform([...shape], 0, 1, 'float32', Math.imul(a, 0x9e3779b1) ^ b);
  }
  const { type } = attributes(node);
  const { TF_INT32 } = node.binding;
  const attribute = [type('dtype'), type('T', TF_INT32), type('Tseed', TF_INT32)];
  return tf.tidy(() => node.executeSingleOutput('StatelessRandomUniform', attribute, [tf.tensor1d([...shape], 'int32'), seed]));
}

/**
 * Zeroes values with probability `rate` and scales the rest, so that the mean stays (Srivastava et al., JMLR 15, 2014).
 * @param seed int32 [2]
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, seed: tf.Tensor1D): T {
  return drop(x, x.shape, rate, seed);
}

/**
 * Stochastic depth: zeroes whole samples of a residual branch (Huang et al., arXiv 1603.09382).
 * @param x [N, ...]
 * @param seed int32 [2]
 */
export function dropPath<T extends tf.Tensor>(x: T, rate: number, seed: tf.Tensor1D): T {
  return drop(x, [x.shape[0], ...x.shape.slice(1).map(() => 1)], rate, seed);
}

function drop<T extends tf.Tensor>(x: T, shape: readonly number[], rate: number, seed: tf.Tensor1D): T {
  const kept = tf.cast(tf.greaterEqual(statelessUniform(shape, seed), rate), 'float32');
  return tf.mul(x, tf.mul(kept, 1 / (1 - rate))) as T;
}
