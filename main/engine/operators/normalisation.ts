/** Normalisation layers as one operator each, with their gradients; composed of plain tfjs on other backends. */
import * as tf from '@tensorflow/tfjs-core';
import { sumRows } from './linear.ts';
import { attributes, handOver, nodeBackend, operator } from './node.ts';

export interface BatchStatistics {
  /** normalised, scaled and shifted input [N, H, W, C] */
  readonly y: tf.Tensor4D;
  /** mean of the batch [C] */
  readonly mean: tf.Tensor1D;
  /** unbiased variance of the batch [C], as PyTorch adds it to the running variance */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation with the statistics of the batch (Ioffe and Szegedy, arXiv 1502.03167), over N, H and W.
 * @param x [N, H, W, C]
 * @param gain [C]
 * @param bias [C]
 */
export function batchNormTraining(x: tf.Tensor4D, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): BatchStatistics {
  const node = nodeBackend();
  if (!node) return composedBatchNorm(x, gain, bias, epsilon);
  const { type, float, bool, text } = attributes(node);
  let mean!: tf.Tensor1D;
  let variance!: tf.Tensor1D;
  const common = [type('T'), type('U'), float('epsilon', epsilon), text('data_format', 'NHWC'), bool('is_training', true)];
  const y = operator(
    [x, gain, bias],
    (x, gain, bias) => {
      const empty = tf.tensor1d([]);
      const inputs = [x, gain, bias, empty, empty];
      const outputs = node.executeMultipleOutputs('FusedBatchNormV3', [...common, float('exponential_avg_factor', 1)], inputs, 6);
      const [value, batchMean, batchVariance, ...reserved] = outputs;
      mean = tf.keep(batchMean as tf.Tensor1D); // customGrad would dispose of all but its value
      variance = tf.keep(batchVariance as tf.Tensor1D);
      return { value: value as tf.Tensor4D, saved: [x, gain, ...reserved] };
    },
    (dy, saved) => node.executeMultipleOutputs('FusedBatchNormGradV3', common, [dy, ...saved], 5).slice(0, 3),
  );
  return { y, mean: handOver(mean), variance: handOver(variance) };
}

function composedBatchNorm(x: tf.Tensor4D, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): BatchStatistics {
  const count = x.shape[0] * x.shape[1] * x.shape[2];
  return tf.tidy(() => {
    const moments = tf.moments(x, [0, 1, 2]);
    const [mean, variance] = [moments.mean as tf.Tensor1D, moments.variance as tf.Tensor1D];
    return {
      y: tf.batchNorm(x, mean, variance, bias, gain, epsilon),
      mean,
      variance: tf.mul(variance, count / Math.max(1, count - 1)) as tf.Tensor1D,
    };
  });
}

/**
 * Layer normalisation over the last axis (Ba, Kiros, Hinton, arXiv 1607.06450). Its gradient is written out: tfjs would keep and
 * differentiate every step of mean and variance.
 * @param x [..., C]
 * @param gain [C]
 * @param bias [C]
 */
export function layerNorm<T extends tf.Tensor>(x: T, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): T {
  const channels = x.shape.at(-1)!;
  const rows = tf.reshape(x, [-1, channels]); // (R, C)
  const y = operator(
    [rows, gain, bias],
    (x, gain, bias) => {
      const centred = tf.sub(x, tf.mean(x, 1, true));
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon)); // (R, 1)
      const normalised = tf.mul(centred, scale);
      return { value: tf.add(tf.mul(normalised, gain), bias) as tf.Tensor2D, saved: [normalised, scale, gain] };
    },
    (dy, [normalised, scale, gain]) => {
      const scaled = tf.mul(dy, gain);
      const projection = tf.mean(tf.mul(scaled, normalised), 1, true);
      const dx = tf.mul(tf.sub(tf.sub(scaled, tf.mean(scaled, 1, true)), tf.mul(normalised, projection)), scale);
      return [dx, sumRows(tf.mul(dy, normalised)), sumRows(dy)];
    },
  );
  return tf.reshape(y, x.shape) as T;
}
