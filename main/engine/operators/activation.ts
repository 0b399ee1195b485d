/** Activations whose gradients tfjs composes of several operators, each with its own. */
import * as tf from '@tensorflow/tfjs-core';
import { attributes, nodeBackend, operator } from './node.ts';

/** max(x, 0). */
export function relu<T extends tf.Tensor>(x: T): T {
  return rectify(x, tf.relu, 'ReluGrad');
}

/** min(max(x, 0), 6). */
export function relu6<T extends tf.Tensor>(x: T): T {
  return rectify(x, tf.relu6, 'Relu6Grad');
}

function rectify<T extends tf.Tensor>(x: T, forward: (x: tf.Tensor) => tf.Tensor, gradient: string): T {
  const node = nodeBackend();
  if (!node) return forward(x) as T;
  return operator(
    [x],
    (x) => {
      const y = forward(x) as T;
      return { value: y, saved: [y] };
    },
    (dy, [y]) => node.executeSingleOutput(gradient, [attributes(node).type('T')], [dy, y]),
  );
}

/** ReLU6(x + 3) / 6, PyTorch's Hardsigmoid. */
export function hardSigmoid<T extends tf.Tensor>(x: T): T {
  return tf.mul(relu6(tf.add(x, 3)), 1 / 6) as T;
}

/**
 * x ReLU6(x + 3) / 6 (Howard et al., "Searching for MobileNetV3", arXiv 1905.02244), PyTorch's Hardswish. It keeps its slope only:
 * 0 below -3, 1 above 3, x / 3 + 1/2 between.
 */
export function hardSwish<T extends tf.Tensor>(x: T): T {
  return operator(
    [x],
    (x) => {
      const gate = tf.relu6(tf.add(x, 3));
      const slope = tf.mul(tf.add(gate, whereBetween(x, gate)), 1 / 6);
      return { value: tf.mul(tf.mul(x, gate), 1 / 6) as T, saved: [slope] };
    },
    (dy, [slope]) => tf.mul(dy, slope),
  );
}

/** x where 0 < gate < 6, else 0. */
function whereBetween(x: tf.Tensor, gate: tf.Tensor): tf.Tensor {
  const node = nodeBackend();
  if (node) return node.executeSingleOutput('Relu6Grad', [attributes(node).type('T')], [x, gate]);
  return tf.mul(x, tf.cast(tf.logicalAnd(tf.greater(gate, 0), tf.less(gate, 6)), 'float32'));
}

/**
 * Exact GELU, x Phi(x), with Phi by the error function (Hendrycks and Gimpel, arXiv 1606.08415). It keeps its slope only, which is
 * half of what keeping x and Phi takes.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return operator(
    [x],
    (x) => {
      const phi = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
      const density = tf.exp(tf.sub(tf.mul(tf.square(x), -0.5), Math.log(2 * Math.PI) / 2));
      return { value: tf.mul(x, phi) as T, saved: [tf.add(phi, tf.mul(x, density))] };
    },
    (dy, [slope]) => tf.mul(dy, slope),
  );
}
