/** Moving values about, for windowed attention. */
import * as tf from '@tensorflow/tfjs-core';
import { attributes, nodeBackend, operator } from './node.ts';

/**
 * Shifts values along axes; what leaves at one end comes in at the other (PyTorch's `torch.roll`).
 * @param shifts how far along each axis, towards higher indices
 */
export function roll<T extends tf.Tensor>(x: T, shifts: readonly number[], axes: readonly number[]): T {
  const node = nodeBackend();
  if (!node) return axes.reduce((y, axis, i) => rollAxis(y, shifts[i], axis), x as tf.Tensor) as T;
  const { type } = attributes(node);
  const { TF_INT32 } = node.binding;
  const attribute = [type('T'), type('Tshift', TF_INT32), type('Taxis', TF_INT32)];
  const by = (x: tf.Tensor, sign: 1 | -1) => {
    const distances = tf.tensor1d(
      shifts.map((s) => sign * s),
      'int32',
    );
    return node.executeSingleOutput('Roll', attribute, [x, distances, tf.tensor1d([...axes], 'int32')]);
  };
  return operator(
    [x],
    (x) => ({ value: by(x, 1) as T, saved: [] }),
    (dy) => by(dy, -1),
  );
}

function rollAxis(x: tf.Tensor, shift: number, axis: number): tf.Tensor {
  const size = x.shape[axis];
  const cut = (((-shift % size) + size) % size) as number; // the first index that stays in front
  if (cut === 0) return x;
  return tf.concat([tf.slice(x, ...part(x, axis, cut, size - cut)), tf.slice(x, ...part(x, axis, 0, cut))], axis);
}

function part(x: tf.Tensor, axis: number, from: number, count: number): [number[], number[]] {
  return [x.shape.map((_, i) => (i === axis ? from : 0)), x.shape.map((size, i) => (i === axis ? count : size))];
}

/**
 * Rows of a table, by a product with constant ones and zeros: its gradient is a product too, where that of a gather is a slow
 * scatter.
 * @param table [R, C]
 * @param rows indices into it, known when the model is built
 * @returns [rows, C]
 */
export function lookUp(table: tf.Tensor2D, rows: readonly number[]): tf.Tensor2D {
  const hot = tf.oneHot(tf.tensor1d([...rows], 'int32'), table.shape[0]);
  return tf.matMul(tf.cast(hot, 'float32') as tf.Tensor2D, table);
}
