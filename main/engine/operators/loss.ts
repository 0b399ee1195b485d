import * as tf from '@tensorflow/tfjs-core';
import { attributes, nodeBackend, operator } from './node.ts';

/**
 * Mean softmax cross-entropy; loss and gradient come from one operator.
 * @param logits [N, K]
 * @param targets [N, K], each row a distribution (smoothed labels)
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const node = nodeBackend();
  if (!node) return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
  return operator(
    [logits],
    (logits) => {
      const type = [attributes(node).type('T')];
      const [losses, slope] = node.executeMultipleOutputs('SoftmaxCrossEntropyWithLogits', type, [logits, targets], 2);
      return { value: tf.mean(losses) as tf.Scalar, saved: [slope] };
    },
    (dy, [slope]) => tf.mul(slope, tf.div(dy, slope.shape[0])),
  );
}

/**
 * Class indices as distributions, a share of the mass spread evenly (Szegedy et al., arXiv 1512.00567).
 * @param labels int32 [N]
 * @returns [N, classes]
 */
export function smoothedTargets(labels: tf.Tensor1D, classes: number, smoothing: number): tf.Tensor2D {
  const hot = tf.cast(tf.oneHot(labels, classes), 'float32');
  return tf.add(tf.mul(hot, 1 - smoothing), smoothing / classes);
}
