/**
 * Layers shared by the families. A layer has two halves under one name: it declares its parameters (timm's names and
 * PyTorch's shapes), and it computes with them. Tensors are NHWC; weights are kept in TensorFlow's layout and converted only
 * in layout.ts.
 */
import * as tf from '@tensorflow/tfjs-core';
import { conv2d, depthwiseConv2d } from '../engine/operators/convolution.ts';
import { addBias, matMul } from '../engine/operators/linear.ts';
import { batchNormTraining, layerNorm as normaliseLayer } from '../engine/operators/normalisation.ts';
import { gelu, relu } from '../engine/operators/activation.ts';
import { dropout as dropValues, dropPath as dropSamples } from '../engine/operators/random.ts';

/** How a parameter is stored here and in PyTorch: see layout.ts. */
export type Layout = 'conv' | 'depthwise' | 'conv transpose' | 'linear' | 'plain';

export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly sd: number }
  /** normal, drawn again where it lies more than two sd away; `sd` is that of the normal */
  | { readonly kind: 'truncated normal'; readonly sd: number }
  | { readonly kind: 'uniform'; readonly bound: number };

export const ZEROS: Initialiser = { kind: 'constant', value: 0 };
const ONES: Initialiser = { kind: 'constant', value: 1 };

export interface ParameterSpec {
  /** timm's state-dict name */
  readonly name: string;
  /** PyTorch's shape, e.g. [out, in, height, width] */
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly initialiser: Initialiser;
  /** false for running statistics, which no gradient reaches */
  readonly trainable: boolean;
  /** whether weight decay applies: not to one-dimensional parameters, nor to what timm's `no_weight_decay` names */
  readonly decays: boolean;
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

export interface InitialWeights {
  /** default: PyTorch's */
  readonly weight?: Initialiser;
  /** none, PyTorch's default, or another */
  readonly bias?: boolean | Initialiser;
}

/** Collects the parameters that a model declares. */
export class Specs {
  readonly list: ParameterSpec[] = [];

  private add(name: string, shape: number[], layout: Layout, initialiser: Initialiser): void {
    this.list.push({ name, shape, layout, initialiser, trainable: true, decays: shape.length > 1 });
  }

  private weighted(name: string, shape: number[], layout: Layout, fanIn: number, outputs: number, init: InitialWeights): void {
    const { weight = torchDefault(fanIn), bias = false } = init;
    this.add(`${name}.weight`, shape, layout, weight);
    if (bias) this.add(`${name}.bias`, [outputs], 'plain', bias === true ? torchDefault(fanIn) : bias);
  }

  conv(name: string, input: number, output: number, kernel: number, init: InitialWeights = {}): void {
    this.weighted(name, [output, input, kernel, kernel], 'conv', input * kernel * kernel, output, init);
  }

  depthwise(name: string, channels: number, kernel: number, init: InitialWeights = {}): void {
    this.weighted(name, [channels, 1, kernel, kernel], 'depthwise', kernel * kernel, channels, init);
  }

  convTranspose(name: string, input: number, output: number, kernel: number): void {
    const fanIn = output * kernel * kernel; // PyTorch counts the second dimension of the weight
    this.weighted(name, [input, output, kernel, kernel], 'conv transpose', fanIn, output, { bias: true });
  }

  linear(name: string, input: number, output: number, init: InitialWeights = {}): void {
    this.weighted(name, [output, input], 'linear', input, output, { bias: true, ...init });
  }

  /** Two linear layers, `fc1` and `fc2`, as timm's Mlp. */
  mlp(name: string, dim: number, hidden: number, init: (input: number, output: number) => InitialWeights): void {
    this.linear(`${name}.fc1`, dim, hidden, init(dim, hidden));
    this.linear(`${name}.fc2`, hidden, dim, init(hidden, dim));
  }

  /** The two linear layers of {@link attention}, `qkv` and `proj`. */
  attention(name: string, dim: number, init: InitialWeights): void {
    this.linear(`${name}.qkv`, dim, 3 * dim, init);
    this.linear(`${name}.proj`, dim, dim, init);
  }

  batchNorm(name: string, channels: number, { gain = ONES }: { gain?: Initialiser } = {}): void {
    this.layerNorm(name, channels, gain);
    const statistic = { shape: [channels], layout: 'plain', trainable: false, decays: false } as const;
    this.list.push({ ...statistic, name: `${name}.running_mean`, initialiser: ZEROS });
    this.list.push({ ...statistic, name: `${name}.running_var`, initialiser: ONES });
  }

  layerNorm(name: string, channels: number, gain = ONES): void {
    this.add(`${name}.weight`, [channels], 'plain', gain);
    this.add(`${name}.bias`, [channels], 'plain', ZEROS);
  }

  /** A parameter of its own, e.g. a position embedding, that weight decay leaves alone. */
  embedding(name: string, shape: number[], initialiser: Initialiser): void {
    this.list.push({ name, shape, layout: 'plain', initialiser, trainable: true, decays: false });
  }
}

/** Of timm's transformers. timm truncates at +-2, a hundred standard deviations. */
export const NORMAL_002: Initialiser = { kind: 'normal', sd: 0.02 };
/** Of linear layers in timm's transformers. */
export const TRANSFORMER_LINEAR: InitialWeights = { weight: NORMAL_002, bias: ZEROS };

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
  return bias ? addBias(y, pass.weight(`${name}.bias`) as tf.Tensor1D) : y;
}

/**
 * Depthwise convolution, padded alike on every side.
 * @param x [N, H, W, C]
 */
export function depthwise(pass: Pass, name: string, x: tf.Tensor4D, { stride = 1, padding = 0, bias = false } = {}): tf.Tensor4D {
  const weight = pass.weight(`${name}.weight`) as tf.Tensor4D; // (height, width, C, 1)
  const y = depthwiseConv2d(x, weight, stride, [padding, padding]);
  return bias ? addBias(y, pass.weight(`${name}.bias`) as tf.Tensor1D) : y;
}

/**
 * PyTorch's ConvTranspose2d with kernel 4, stride 2, padding 1: doubles height and width. TensorFlow's "same" crops alike.
 * @param x [N, H, W, C]
 */
export function convTranspose4(pass: Pass, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const weight = pass.weight(`${name}.weight`) as tf.Tensor4D; // (height, width, out, in)
  const [n, h, w] = x.shape;
  const y = tf.conv2dTranspose(x, weight, [n, 2 * h, 2 * w, weight.shape[2]], 2, 'same');
  return addBias(y, pass.weight(`${name}.bias`) as tf.Tensor1D);
}

/** @param x [..., C] @returns [..., out] */
export function linear<T extends tf.Tensor>(pass: Pass, name: string, x: T, { bias = true } = {}): T {
  const weight = pass.weight(`${name}.weight`) as tf.Tensor2D; // (in, out)
  const [input, output] = weight.shape;
  const rows = matMul(tf.reshape(x, [-1, input]) as tf.Tensor2D, weight); // (R, out)
  const y = bias ? addBias(rows, pass.weight(`${name}.bias`) as tf.Tensor1D) : rows;
  return tf.reshape(y, [...x.shape.slice(0, -1), output]) as T;
}

/** timm's Mlp over the last axis: linear, GELU, linear. @param x [..., C] */
export function mlp<T extends tf.Tensor>(pass: Pass, name: string, x: T): T {
  return linear(pass, `${name}.fc2`, gelu(linear(pass, `${name}.fc1`, x)));
}

const BATCH_NORM_EPSILON = 1e-5;
const BATCH_NORM_MOMENTUM = 0.1; // PyTorch's: the weight of the new batch

/** @param x [N, H, W, C] */
export function batchNorm(pass: Pass, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const weight = (part: string) => pass.weight(`${name}.${part}`) as tf.Tensor1D;
  const [gain, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(weight);
  if (!pass.training) return tf.batchNorm(x, mean, variance, bias, gain, BATCH_NORM_EPSILON);
  const trained = batchNormTraining(x, { gain, bias, mean, variance }, BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM);
  pass.update(`${name}.running_mean`, trained.mean);
  pass.update(`${name}.running_var`, trained.variance);
  return trained.y;
}

/** @param x [..., C] */
export function layerNorm<T extends tf.Tensor>(pass: Pass, name: string, x: T, epsilon: number): T {
  const [gain, bias] = ['weight', 'bias'].map((part) => pass.weight(`${name}.${part}`) as tf.Tensor1D);
  return normaliseLayer(x, gain, bias, epsilon);
}

/**
 * Multi-head self-attention (Vaswani et al., arXiv 1706.03762) with timm's `qkv` and `proj`.
 * @param x [B, T, C]
 * @param bias [W, heads, T, T], added to the logits of attention; W divides B, and rows of x take it in turn
 */
export function attention(pass: Pass, name: string, x: tf.Tensor3D, heads: number, bias?: tf.Tensor4D): tf.Tensor3D {
  const [batch, tokens, channels] = x.shape;
  const size = channels / heads;
  const qkv = tf.reshape(linear(pass, `${name}.qkv`, x), [batch, tokens, 3, heads, size]);
  const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4])) as tf.Tensor4D[]; // each (B, heads, T, C / heads)
  const logits = tf.matMul(tf.mul(q, size ** -0.5), k, false, true); // (B, heads, T, T)
  const biased = bias ? tf.reshape(tf.add(tf.reshape(logits, [-1, ...bias.shape]), bias), logits.shape) : logits;
  const y = tf.matMul(tf.softmax(biased), v); // (B, heads, T, C / heads)
  return linear(pass, `${name}.proj`, tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [batch, tokens, channels]) as tf.Tensor3D);
}

/** Zeroes a share of the values and scales the rest; the identity outside training. */
export function dropout<T extends tf.Tensor>(pass: Pass, x: T, rate: number): T {
  if (!pass.training || rate === 0) return x;
  return dropValues(x, rate, pass.nextSeed());
}

/** Stochastic depth: zeroes whole samples of a residual branch; the identity outside training. */
export function dropPath<T extends tf.Tensor>(pass: Pass, x: T, rate: number): T {
  if (!pass.training || rate === 0) return x;
  return dropSamples(x, rate, pass.nextSeed());
}

/** The activation of a name, as rows of the catalogue name it. */
export const ACTIVATIONS = { gelu, relu } as const;

/** Global average pooling. @param x [N, H, W, C] @returns [N, C] */
export function globalPool(x: tf.Tensor): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
