/**
 * TensorFlow operators that tfjs composes badly or lacks, called by name, each with its gradient. On any other backend the
 * same functions run as plain tfjs, so that models stay portable.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { NodeBackend, OpAttribute } from './tensorflow.ts';

/** tfjs-node's backend, or null on any other. */
function nodeBackend(): NodeBackend | null {
  const backend = tf.backend() as unknown as Partial<NodeBackend>;
  return backend.binding && backend.executeMultipleOutputs ? (backend as NodeBackend) : null;
}

function attributes({ binding }: NodeBackend) {
  return {
    type: (name: string): OpAttribute => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }),
    float: (name: string, value: number): OpAttribute => ({ name, type: binding.TF_ATTR_FLOAT, value }),
    bool: (name: string, value: boolean): OpAttribute => ({ name, type: binding.TF_ATTR_BOOL, value }),
    text: (name: string, value: string): OpAttribute => ({ name, type: binding.TF_ATTR_STRING, value }),
  };
}

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
  const run = tf.customGrad((x, gain, bias, save) => {
    const empty = tf.tensor1d([]);
    const inputs = [x, gain, bias, empty, empty] as tf.Tensor[];
    const outputs = node.executeMultipleOutputs('FusedBatchNormV3', [...common, float('exponential_avg_factor', 1)], inputs, 6);
    const [y, batchMean, batchVariance, reserve1, reserve2, reserve3] = outputs;
    mean = tf.keep(batchMean as tf.Tensor1D); // customGrad would dispose of all but its value
    variance = tf.keep(batchVariance as tf.Tensor1D);
    (save as tf.GradSaveFunc)([x as tf.Tensor, gain as tf.Tensor, reserve1, reserve2, reserve3]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      node.executeMultipleOutputs('FusedBatchNormGradV3', common, [dy, ...saved], 5).slice(0, 3);
    return { value: y, gradFunc };
  });
  const y = run(x, gain, bias) as tf.Tensor4D;
  return { y, mean: handOver(mean), variance: handOver(variance) };
}

/** Gives a kept tensor back to the caller's tidy scope. */
function handOver<T extends tf.Tensor>(kept: T): T {
  const handle = tf.clone(kept);
  kept.dispose();
  return handle;
}

function composedBatchNorm(x: tf.Tensor4D, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): BatchStatistics {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const count = x.shape[0] * x.shape[1] * x.shape[2];
  return {
    y: tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, bias, gain, epsilon),
    mean: mean as tf.Tensor1D,
    variance: tf.mul(variance, count / Math.max(1, count - 1)) as tf.Tensor1D,
  };
}

/** max(x, 0); its gradient is one operator instead of tfjs' three. */
export function relu<T extends tf.Tensor>(x: T): T {
  const node = nodeBackend();
  if (!node) return tf.relu(x);
  const run = tf.customGrad((x, save) => {
    const y = tf.relu(x as tf.Tensor);
    (save as tf.GradSaveFunc)([y]);
    const gradFunc = (dy: tf.Tensor, [y]: tf.Tensor[]) =>
      node.executeSingleOutput('ReluGrad', [attributes(node).type('T')], [dy, y]);
    return { value: y, gradFunc };
  });
  return run(x) as T;
}

/** Exact GELU, x Phi(x), with Phi by the error function (Hendrycks and Gimpel, arXiv 1606.08415). */
export function gelu<T extends tf.Tensor>(x: T): T {
  const run = tf.customGrad((x, save) => {
    const phi = tf.mul(tf.add(tf.erf(tf.mul(x as tf.Tensor, Math.SQRT1_2)), 1), 0.5);
    (save as tf.GradSaveFunc)([x as tf.Tensor, phi]);
    const gradFunc = (dy: tf.Tensor, [x, phi]: tf.Tensor[]) => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(phi, tf.mul(x, density)));
    };
    return { value: tf.mul(x as tf.Tensor, phi), gradFunc };
  });
  return run(x) as T;
}

/**
 * Mean softmax cross-entropy; loss and gradient come from one operator.
 * @param logits [N, K]
 * @param targets [N, K], each row a distribution (smoothed labels)
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const node = nodeBackend();
  if (!node) return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
  const run = tf.customGrad((logits, save) => {
    const attribute = [attributes(node).type('T')];
    const [losses, slope] = node.executeMultipleOutputs(
      'SoftmaxCrossEntropyWithLogits',
      attribute,
      [logits as tf.Tensor, targets],
      2,
    );
    (save as tf.GradSaveFunc)([slope]);
    const gradFunc = (dy: tf.Tensor, [slope]: tf.Tensor[]) => tf.mul(slope, tf.div(dy, slope.shape[0]));
    return { value: tf.mean(losses), gradFunc };
  });
  return run(logits) as tf.Scalar;
}

/**
 * Uniform numbers in [0, 1) that depend on nothing but the two 31-bit seeds.
 * @param shape of the result
 */
export function statelessUniform(shape: number[], seed: readonly [number, number]): tf.Tensor {
  const node = nodeBackend();
  if (!node) return tf.randomUniform(shape, 0, 1, 'float32', seed[0] ^ seed[1]);
  const integer = (name: string): OpAttribute => ({ name, type: node.binding.TF_ATTR_TYPE, value: node.binding.TF_INT32 });
  const attribute = [{ ...integer('dtype'), value: node.binding.TF_FLOAT }, integer('T'), integer('Tseed')];
  return tf.tidy(() =>
    node.executeSingleOutput('StatelessRandomUniform', attribute, [tf.tensor1d(shape, 'int32'), tf.tensor1d([...seed], 'int32')]),
  );
}
