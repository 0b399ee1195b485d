/**
 * Layers shared by the families. A layer has two halves under one name: it declares its parameters (timm's names and
 * PyTorch's shapes), and it computes with them. Tensors are NHWC; weights are kept in TensorFlow's layout and converted only
 * in layout.ts.
 */
import * as tf from '@tensorflow/tfjs-core';
import { conv2d, depthwiseConv2d } from '../engine/operators/convolution.ts';
import { batchNormTraining } from '../engine/operators/normalisation.ts';
import { dropout as dropValues } from '../engine/operators/random.ts';

/** How a parameter is stored here and in PyTorch: see layout.ts. */
export type Layout = 'conv' | 'depthwise' | 'conv transpose' | 'linear' | 'plain';

export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly sd: number }
  | { readonly kind: 'uniform'; readonly bound: number };

export interface ParameterSpec {
  /** timm's state-dict name */
  readonly name: string;
  /** PyTorch's shape, e.g. [out, in, height, width] */
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly initialiser: Initialiser;
  /** false for running statistics, which no gradient reaches */
  readonly trainable: boolean;
}

/** One forward pass: where its weights come from, and what it leaves behind. */
export interface Pass {
  readonly training: boolean;
  weight(name: string): tf.Tensor;
  /** new value of a running statistic, to be assigned after the step */
  update(name: string, value: tf.Tensor): void;
  /** int32 [2], decides the next dropout mask; differs at every call within a pass */
  nextSeed(): tf.Tensor1D;
}

/** Collects the parameters that a model declares. */
export class Specs {
  readonly list: ParameterSpec[] = [];

  private add(name: string, shape: number[], layout: Layout, initialiser: Initialiser, trainable = true): void {
    this.list.push({ name, shape, layout, initialiser, trainable });
  }

  conv(
    name: string,
    input: number,
    output: number,
    kernel: number,
    { bias = false, init }: { bias?: boolean; init?: Initialiser } = {},
  ): void {
    const fanIn = input * kernel * kernel;
    this.add(`${name}.weight`, [output, input, kernel, kernel], 'conv', init ?? torchDefault(fanIn));
    if (bias) this.add(`${name}.bias`, [output], 'plain', torchDefault(fanIn));
  }

  depthwise(
    name: string,
    channels: number,
    kernel: number,
    { bias = false, init }: { bias?: boolean; init?: Initialiser } = {},
  ): void {
    const fanIn = kernel * kernel;
    this.add(`${name}.weight`, [channels, 1, kernel, kernel], 'depthwise', init ?? torchDefault(fanIn));
    if (bias) this.add(`${name}.bias`, [channels], 'plain', torchDefault(fanIn));
  }

  convTranspose(name: string, input: number, output: number, kernel: number): void {
    const fanIn = output * kernel * kernel; // PyTorch counts the second dimension of the weight
    this.add(`${name}.weight`, [input, output, kernel, kernel], 'conv transpose', torchDefault(fanIn));
    this.add(`${name}.bias`, [output], 'plain', torchDefault(fanIn));
  }

  linear(name: string, input: number, output: number): void {
    this.add(`${name}.weight`, [output, input], 'linear', torchDefault(input));
    this.add(`${name}.bias`, [output], 'plain', torchDefault(input));
  }

  batchNorm(name: string, channels: number, { gain = 1 } = {}): void {
    this.add(`${name}.weight`, [channels], 'plain', { kind: 'constant', value: gain });
    this.add(`${name}.bias`, [channels], 'plain', { kind: 'constant', value: 0 });
    this.add(`${name}.running_mean`, [channels], 'plain', { kind: 'constant', value: 0 }, false);
    this.add(`${name}.running_var`, [channels], 'plain', { kind: 'constant', value: 1 }, false);
  }
}

/** PyTorch's default for convolutions and linear layers: Kaiming uniform with a = sqrt(5), which is U(+-1 / sqrt(fan in)). */
export function torchDefault(fanIn: number): Initialiser {
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
}

/**
 * Convolution, padded alike on every side.
 * @param x [N, H, W, C]
 */
export function conv(pass: Pass, name: string, x: tf.Tensor4D, { stride = 1, padding = 0, bias = false } = {}): tf.Tensor4D {
  const weight = pass.weight(`${name}.weight`) as tf.Tensor4D; // (height, width, in, out)
  const y = conv2d(x, weight, stride, [padding, padding]);
  return bias ? tf.add(y, pass.weight(`${name}.bias`)) : y;
}

/**
 * Depthwise convolution, padded alike on every side.
 * @param x [N, H, W, C]
 */
export function depthwise(pass: Pass, name: string, x: tf.Tensor4D, { stride = 1, padding = 0, bias = false } = {}): tf.Tensor4D {
  const weight = pass.weight(`${name}.weight`) as tf.Tensor4D; // (height, width, C, 1)
  const y = depthwiseConv2d(x, weight, stride, [padding, padding]);
  return bias ? tf.add(y, pass.weight(`${name}.bias`)) : y;
}

/**
 * PyTorch's ConvTranspose2d with kernel 4, stride 2, padding 1: doubles height and width. TensorFlow's "same" crops alike.
 * @param x [N, H, W, C]
 */
export function convTranspose4(pass: Pass, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const weight = pass.weight(`${name}.weight`) as tf.Tensor4D; // (height, width, out, in)
  const [n, h, w] = x.shape;
  const y = tf.conv2dTranspose(x, weight, [n, 2 * h, 2 * w, weight.shape[2]], 2, 'same');
  return tf.add(y, pass.weight(`${name}.bias`));
}

/** @param x [N, C] */
export function linear(pass: Pass, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.matMul(x, pass.weight(`${name}.weight`) as tf.Tensor2D), pass.weight(`${name}.bias`));
}

const BATCH_NORM_EPSILON = 1e-5;
const BATCH_NORM_MOMENTUM = 0.1; // PyTorch's: the weight of the new batch

/** @param x [N, H, W, C] */
export function batchNorm(pass: Pass, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const weight = (part: string) => pass.weight(`${name}.${part}`) as tf.Tensor1D;
  const [gain, bias] = [weight('weight'), weight('bias')];
  if (!pass.training) return tf.batchNorm(x, weight('running_mean'), weight('running_var'), bias, gain, BATCH_NORM_EPSILON);
  const { y, mean, variance } = batchNormTraining(x, gain, bias, BATCH_NORM_EPSILON);
  const blend = (running: tf.Tensor, batch: tf.Tensor) =>
    tf.add(tf.mul(running, 1 - BATCH_NORM_MOMENTUM), tf.mul(batch, BATCH_NORM_MOMENTUM));
  pass.update(`${name}.running_mean`, blend(weight('running_mean'), mean));
  pass.update(`${name}.running_var`, blend(weight('running_var'), variance));
  return y;
}

/** Zeroes a share of the values and scales the rest; the identity outside training. */
export function dropout<T extends tf.Tensor>(pass: Pass, x: T, rate: number): T {
  if (!pass.training || rate === 0) return x;
  return dropValues(x, rate, pass.nextSeed());
}

/** Global average pooling. @param x [N, H, W, C] @returns [N, C] */
export function globalPool(x: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
