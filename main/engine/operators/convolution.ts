/** Convolutions and pooling with PyTorch's paddings, with gradients by TensorFlow's own operators. */
import * as tf from '@tensorflow/tfjs-core';
import type { NodeBackend, OpAttribute } from '../binding.ts';
import { attributes, nodeBackend, operator } from './node.ts';

/** Padding of the top and left, and of the bottom and right, in pixels. */
export type Padding = readonly [before: number, after: number];

/**
 * 2D convolution. TensorFlow's "same" pads unevenly when it strides; PyTorch pads both sides alike, so padding is explicit.
 * @param x [N, H, W, C]
 * @param filter [height, width, C, out]
 * @returns [N, H', W', out]
 */
export function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, stride: number, [before, after]: Padding): tf.Tensor4D {
  const node = nodeBackend();
  if (!node) return tf.conv2d(tf.pad(x, spatial([before, after])), filter, stride, 'valid');
  const attribute = convolutionAttributes(node, stride, [before, after]);
  return operator(
    [x, filter],
    (x, filter) => ({ value: node.executeSingleOutput('Conv2D', attribute, [x, filter]) as tf.Tensor4D, saved: [x, filter] }),
    (dy, [x, filter]) => [
      node.executeSingleOutput('Conv2DBackpropInput', attribute, [sizeOf(x), filter, dy]),
      node.executeSingleOutput('Conv2DBackpropFilter', attribute, [x, sizeOf(filter), dy]),
    ],
  );
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
export function depthwiseConv2d(x: tf.Tensor4D, filter: tf.Tensor4D, stride: number, [before, after]: Padding): tf.Tensor4D {
  const node = nodeBackend();
  // TensorFlow's own shape inference aborts on explicit paddings of this operator: "same" where it is the same, else a pad
  const same = stride === 1 && before === after && filter.shape[0] === 2 * before + 1 && filter.shape[1] === 2 * before + 1;
  const padded = same || before + after === 0 ? x : tf.pad(x, spatial([before, after]));
  if (!node) return tf.depthwiseConv2d(padded, filter, stride, same ? 'same' : 'valid');
  const { type, int, text } = attributes(node);
  const attribute = [
    type('T'),
    int('strides', [1, stride, stride, 1]),
    text('padding', same ? 'SAME' : 'VALID'),
    text('data_format', 'NHWC'),
    int('dilations', [1, 1, 1, 1]),
  ];
  return operator(
    [padded, filter],
    (x, filter) => ({
      value: node.executeSingleOutput('DepthwiseConv2dNative', attribute, [x, filter]) as tf.Tensor4D,
      saved: [x, filter],
    }),
    (dy, [x, filter]) => [
      node.executeSingleOutput('DepthwiseConv2dNativeBackpropInput', attribute, [sizeOf(x), filter, dy]),
      stride === 1 && correlates(dy)
        ? filterGradient(x as tf.Tensor4D, dy, same ? [before, after] : [0, 0])
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
  const padded = padding[0] + padding[1] > 0 ? tf.pad(x, spatial(padding)) : x;
  const image = (t: tf.Tensor4D, i: number) => tf.slice(t, [i, 0, 0, 0], [1, -1, -1, -1]);
  const correlations = Array.from({ length: n }, (_, i) => {
    const filter = tf.reshape(image(dy, i), [height, width, channels, 1]) as tf.Tensor4D;
    return tf.depthwiseConv2d(image(padded, i) as tf.Tensor4D, filter, 1, 'valid');
  });
  const sum = n === 1 ? correlations[0] : tf.addN(correlations);
  return tf.reshape(sum, [sum.shape[1], sum.shape[2], channels, 1]) as tf.Tensor4D;
}

/**
 * Maximum over windows; padding never wins.
 * @param x [N, H, W, C]
 */
export function maxPool(x: tf.Tensor4D, size: number, stride: number, padding: Padding): tf.Tensor4D {
  // TensorFlow's explicit paddings cannot be compiled by XLA for pooling
  return tf.maxPool(tf.pad(x, spatial(padding), -3e38), size, stride, 'valid');
}

function convolutionAttributes(node: NodeBackend, stride: number, [before, after]: Padding): OpAttribute[] {
  const { type, int, bool, text } = attributes(node);
  const padding =
    before + after === 0
      ? [text('padding', 'VALID')]
      : [text('padding', 'EXPLICIT'), int('explicit_paddings', [0, 0, before, after, before, after, 0, 0])];
  return [
    type('T'),
    int('strides', [1, stride, stride, 1]),
    bool('use_cudnn_on_gpu', true),
    ...padding,
    text('data_format', 'NHWC'),
    int('dilations', [1, 1, 1, 1]),
  ];
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
