/** Normalisation layers as one operator each, with their gradients; composed of plain tfjs on other backends. */
import * as tf from '@tensorflow/tfjs-core';
import { sumRows } from './linear.ts';
import { attributes, handOver, nodeBackend, operator } from './node.ts';

export interface BatchNormParameters {
  /** [C] */
  readonly gain: tf.Tensor1D;
  /** [C] */
  readonly bias: tf.Tensor1D;
  /** running mean [C] */
  readonly mean: tf.Tensor1D;
  /** running variance [C] */
  readonly variance: tf.Tensor1D;
}

export interface BatchNormResult {
  /** normalised, scaled and shifted input [N, H, W, C] */
  readonly y: tf.Tensor4D;
  /** the running mean with that of the batch blended in [C] */
  readonly mean: tf.Tensor1D;
  /** the running variance with the unbiased one of the batch blended in, as PyTorch does [C] */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation with the statistics of the batch (Ioffe and Szegedy, arXiv 1502.03167), over N, H and W.
 * @param x [N, H, W, C]
 * @param momentum weight of the batch in the running statistics, above 0 and below 1
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  parameters: BatchNormParameters,
  epsilon: number,
  momentum: number,
): BatchNormResult {
  const node = nodeBackend();
  if (!node) return composedBatchNorm(x, parameters, epsilon, momentum);
  const { type, float, bool, text } = attributes(node);
  let mean!: tf.Tensor1D;
  let variance!: tf.Tensor1D;
  const common = [type('T'), type('U'), float('epsilon', epsilon), text('data_format', 'NHWC'), bool('is_training', true)];
  const y = operator(
    [x, parameters.gain, parameters.bias],
    (x, gain, bias) => {
      const inputs = [x, gain, bias, parameters.mean, parameters.variance];
      const attribute = [...common, float('exponential_avg_factor', momentum)];
      const [value, newMean, newVariance, ...reserved] = node.executeMultipleOutputs('FusedBatchNormV3', attribute, inputs, 6);
      mean = tf.keep(newMean as tf.Tensor1D); // customGrad would dispose of all but its value
      variance = tf.keep(newVariance as tf.Tensor1D);
      return { value: value as tf.Tensor4D, saved: [x, gain, ...reserved] };
    },
    (dy, saved) => node.executeMultipleOutputs('FusedBatchNormGradV3', common, [dy, ...saved], 5).slice(0, 3),
  );
  return { y, mean: handOver(mean), variance: handOver(variance) };
}

function composedBatchNorm(
  x: tf.Tensor4D,
  { gain, bias, ...running }: BatchNormParameters,
  epsilon: number,
  momentum: number,
): BatchNormResult {
  const count = x.shape[0] * x.shape[1] * x.shape[2];
  const blend = (old: tf.Tensor1D, batch: tf.Tensor1D, factor: number) =>
    tf.add(tf.mul(old, 1 - momentum), tf.mul(batch, momentum * factor)) as tf.Tensor1D;
  return tf.tidy(() => {
    const moments = tf.moments(x, [0, 1, 2]);
    const [mean, variance] = [moments.mean as tf.Tensor1D, moments.variance as tf.Tensor1D];
    return {
      y: tf.batchNorm(x, mean, variance, bias, gain, epsilon),
      mean: blend(running.mean, mean, 1),
      variance: blend(running.variance, variance, count / Math.max(1, count - 1)),
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
