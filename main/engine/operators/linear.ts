/** Matrix products and biases by the operators whose gradients TensorFlow computes fastest. */
import * as tf from '@tensorflow/tfjs-core';
import { attributes, nodeBackend, operator } from './node.ts';

/**
 * Adds a bias to the last axis. tfjs would broadcast, and sum the gradient over every other axis one after the other.
 * @param x [..., C]
 * @param bias [C]
 */
export function addBias<T extends tf.Tensor>(x: T, bias: tf.Tensor1D): T {
  const node = nodeBackend();
  if (!node) return tf.add(x, bias) as T;
  const { type, text } = attributes(node);
  const attribute = [type('T'), text('data_format', 'NHWC')];
  return operator(
    [x as tf.Tensor, bias as tf.Tensor],
    (x, bias) => ({ value: node.executeSingleOutput('BiasAdd', attribute, [x, bias]) as T, saved: [] }),
    (dy) => [dy, sumRows(dy)],
  );
}

/** Sum over every axis but the last. @param x [..., C] @returns [C] */
export function sumRows(x: tf.Tensor): tf.Tensor1D {
  const node = nodeBackend();
  if (!node) return tf.sum(tf.reshape(x, [-1, x.shape.at(-1)!]), 0);
  const { type, text } = attributes(node);
  return node.executeSingleOutput('BiasAddGrad', [type('T'), text('data_format', 'NHWC')], [x]) as tf.Tensor1D;
}

/**
 * Product of two matrices. tfjs would take the operator for batches of them.
 * @param x [R, C]
 * @param weight [C, out]
 * @returns [R, out]
 */
export function matMul(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  const node = nodeBackend();
  if (!node) return tf.matMul(x, weight);
  const { type, bool } = attributes(node);
  const product = (a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean) =>
    node.executeSingleOutput('MatMul', [type('T'), bool('transpose_a', transposeA), bool('transpose_b', transposeB)], [a, b]);
  return operator(
    [x, weight],
    (x, weight) => ({ value: product(x, weight, false, false) as tf.Tensor2D, saved: [x, weight] }),
    (dy, [x, weight]) => [product(dy, weight, false, true), product(x, dy, true, false)],
  );
}
