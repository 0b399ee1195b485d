/** Convolutions and pooling with PyTorch's paddings, by the operators whose gradients TensorFlow computes fastest. */
import * as tf from '@tensorflow/tfjs-core';
import { matMul } from './linear.ts';
import { attributes, nodeBackend, operator } from './node.ts';

/** Padding of the top and left, and of the bottom and right, in pixels. */
export type Padding = readonly [before: number, after: number];

/**
 * 2D convolution, padded as PyTorch pads: alike on both sides. TensorFlow's "same" pads unevenly when it strides.
 *
 * TensorFlow has an operator with explicit paddings, but oneDNN does not compute its gradients: a training step of ResNet-18
 * took 1.6 times as long with it. So "same" where it is the same, else a pad. A 1x1 convolution is a product of matrices: oneDNN's
 * gradient of the filter takes twice as long as a product (measured; see docs/adr/0012).
 * @param x [N, H, W, C]
 * @param filter [height, width, C, out]
 * @returns [N, H', W', out]
 */
export function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, stride: number, padding: Padding): tf.Tensor4D {
  const [height, width, channels, out] = filter.shape;
  if (height * width === 1 && stride === 1 && padding[0] + padding[1] === 0) {
    const rows = matMul(tf.reshape(x, [-1, channels]) as tf.Tensor2D, tf.reshape(filter, [channels, out]) as tf.Tensor2D);
    return tf.reshape(rows, [x.shape[0], x.shape[1], x.shape[2], out]);
  }
  const { input, mode } = padded(x, filter, stride, padding);
  return tf.conv2d(input, filter, stride, mode);
}

/** The input, padded unless TensorFlow's "same" pads it alike. */
function padded(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  stride: number,
  padding: Padding,
): { input: tf.Tensor4D; mode: 'same' | 'valid' } {
  const [before, after] = padding;
  const same = stride === 1 && before === after && filter.shape[0] === 2 * before + 1 && filter.shape[1] === 2 * before + 1;
  return { input: same || before + after === 0 ? x : tf.pad(x, spatial(padding)), mode: same ? 'same' : 'valid' };
}

/**
 * Depthwise 2D convolution: one filter per channel.
 *
 * The gradient of the filter is itself a depthwise convolution, of every image with its own gradient as the filter; TensorFlow's
 * oneDNN kernels do that several times faster than `DepthwiseConv2dNativeBackpropFilter` while images are small (measured; see
 * docs/adr/0010).
 * @param x [N, H, W, C]
 * @param filter [height, width, C, 1]
 */
export function depthwiseConv2d(x: tf.Tensor4D, filter: tf.Tensor4D, stride: number, padding: Padding): tf.Tensor4D {
  const node = nodeBackend();
  const { input, mode } = padded(x, filter, stride, padding);
  if (!node) return tf.depthwiseConv2d(input, filter, stride, mode);
  const { type, int, text } = attributes(node);
  const attribute = [
    type('T'),
    int('strides', [1, stride, stride, 1]),
    text('padding', mode.toUpperCase()),
    text('data_format', 'NHWC'),
    int('dilations', [1, 1, 1, 1]),
  ];
  return operator(
    [input, filter],
    (x, filter) => ({
      value: node.executeSingleOutput('DepthwiseConv2dNative', attribute, [x, filter]) as tf.Tensor4D,
      saved: [x, filter],
    }),
    (dy, [x, filter]) => [
      node.executeSingleOutput('DepthwiseConv2dNativeBackpropInput', attribute, [sizeOf(x), filter, dy]),
      stride === 1 && correlates(dy)
        ? filterGradient(x as tf.Tensor4D, dy, mode === 'same' ? padding : [0, 0])
        : node.executeSingleOutput('DepthwiseConv2dNativeBackpropFilter', attribute, [x, sizeOf(filter), dy]),
    ],
  );
}

/** Larger gradients make filters that cost more than they save. */
function correlates({ shape: [, height, width] }: tf.Tensor4D): boolean {
  return height * width <= 64 * 64;
}

/** sum over images of: image, convolved depthwise with its gradient as the filter. @returns [height, width, C, 1] */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, padding: Padding): tf.Tensor4D {
  const [n, height, width, channels] = dy.shape;
  const whole = padding[0] + padding[1] > 0 ? tf.pad(x, spatial(padding)) : x;
  const image = (t: tf.Tensor4D, i: number) => tf.slice(t, [i, 0, 0, 0], [1, -1, -1, -1]);
  const correlations = Array.from({ length: n }, (_, i) => {
    const filter = tf.reshape(image(dy, i), [height, width, channels, 1]) as tf.Tensor4D;
    return tf.depthwiseConv2d(image(whole, i) as tf.Tensor4D, filter, 1, 'valid');
  });
  const sum = n === 1 ? correlations[0] : tf.addN(correlations);
  return tf.reshape(sum, [sum.shape[1], sum.shape[2], channels, 1]) as tf.Tensor4D;
}

/**
 * Maximum over windows; padding never wins.
 * @param x [N, H, W, C]
 */
export function maxPool(x: tf.Tensor4D, size: number, stride: number, padding: Padding): tf.Tensor4D {
  // XLA cannot compile TensorFlow's explicit paddings of pooling, so the input is padded
  const lowest = (x: tf.Tensor4D, value: number) => tf.pad(x, spatial(padding), value);
  const node = nodeBackend();
  if (!node) return tf.maxPool(lowest(x, -3e38), size, stride, 'valid');
  const { type, int, text } = attributes(node);
  const attribute = [
    type('T'),
    int('ksize', [1, size, size, 1]),
    int('strides', [1, stride, stride, 1]),
    text('padding', 'VALID'),
    text('data_format', 'NHWC'),
  ];
  return operator(
    [x],
    (x) => {
      const y = node.executeSingleOutput('MaxPool', attribute, [lowest(x, -3e38)]) as tf.Tensor4D;
      return { value: y, saved: [x, y] };
    },
    (dy, [x, y]) => {
      // padded again, so that the larger copy does not live from forward to backward; with another value, since TensorFlow
      // would find two equal pads and keep the first
      const again = lowest(x as tf.Tensor4D, -2e38);
      const gradient = node.executeSingleOutput('MaxPoolGrad', attribute, [again, y, dy]);
      return tf.slice(gradient, [0, padding[0], padding[0], 0], x.shape);
    },
  );
}

function sizeOf(tensor: tf.Tensor): tf.Tensor1D {
  return tf.tensor1d(tensor.shape, 'int32');
}

function spatial([before, after]: Padding): [number, number][] {
  return [
    [0, 0],
    [before, after],
    [before, after],
    [0, 0],
  ];
}
