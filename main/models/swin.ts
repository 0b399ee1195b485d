/**
 * Swin Transformer: Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", arXiv 2103.14030.
 * Names, shapes and initialisation as in timm's swin_transformer.py.
 *
 *   stem    convolution patch/patch, norm
 *   blocks  stages; each but the first begins by merging 2 x 2 tokens. x = x + attention in windows(norm x); x = x + mlp(norm x);
 *           every other block shifts its windows by half
 *   head    norm, global average pool, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import type { SwinDims } from '../../shared/domain/families/swin.ts';
import { lookUp, roll } from '../engine/operators/rearrangement.ts';
import {
  attention,
  conv,
  dropPath,
  globalPool,
  layerNorm,
  linear,
  mlp,
  type Pass,
  Specs,
  NORMAL_002,
  TRANSFORMER_LINEAR,
} from './layers.ts';
import type { ImageSize, Network } from './model.ts';

const EPSILON = 1e-5;
/** timm's: enough to silence a pair in the softmax */
const MASKED = -100;

export function swin(dims: SwinDims, [height, width]: ImageSize, classes: number): Network {
  const { patch, dim, window } = dims;
  const stages = stagesOf(dims, [height / patch, width / patch]);
  const positions = (2 * window - 1) ** 2;
  const last = stages.at(-1)!.channels;
  const specs = new Specs();
  specs.conv('patch_embed.proj', 3, dim, patch, { bias: true });
  specs.layerNorm('patch_embed.norm', dim);
  for (const { name, channels, merges, blocks } of stages) {
    if (merges) {
      specs.layerNorm(`${name}.downsample.norm`, 2 * channels);
      specs.linear(`${name}.downsample.reduction`, 2 * channels, channels, { weight: NORMAL_002, bias: false });
    }
    for (const { name, heads } of blocks) {
      specs.layerNorm(`${name}.norm1`, channels);
      specs.embedding(`${name}.attn.relative_position_bias_table`, [positions, heads], NORMAL_002);
      specs.attention(`${name}.attn`, channels, TRANSFORMER_LINEAR);
      specs.layerNorm(`${name}.norm2`, channels);
      specs.mlp(`${name}.mlp`, channels, 4 * channels, () => TRANSFORMER_LINEAR);
    }
  }
  specs.layerNorm('norm', last);
  specs.linear('head.fc', last, classes, TRANSFORMER_LINEAR);

  return {
    specs: specs.list,
    features(pass, x) {
      x = layerNorm(pass, 'patch_embed.norm', conv(pass, 'patch_embed.proj', x, { stride: patch, bias: true }), EPSILON);
      for (const { name, merges, blocks } of stages) {
        if (merges) x = merge(pass, `${name}.downsample`, x);
        for (const each of blocks) x = block(pass, each, window, x);
      }
      return layerNorm(pass, 'norm', x, EPSILON); // (N, H/32, W/32, 8C)
    },
    head: (pass, x) => linear(pass, 'head.fc', globalPool(x)), // (N, classes)
  };
}

interface Block {
  readonly name: string;
  readonly heads: number;
  /** tokens by which windows are shifted up and left: half a window, or 0 where one window is all there is */
  readonly shift: readonly [number, number];
  readonly dropPath: number;
}

interface Stage {
  readonly name: string;
  readonly channels: number;
  readonly merges: boolean;
  readonly blocks: readonly Block[];
}

function stagesOf({ dim, depths, heads, window, dropPath }: SwinDims, [rows, columns]: ImageSize): Stage[] {
  const total = depths.reduce((a, b) => a + b, 0);
  let index = 0;
  return depths.map((depth, stage) => {
    const half = (size: number) => (size / 2 ** stage <= window ? 0 : Math.floor(window / 2));
    const blocks = Array.from({ length: depth }, (_, i) => ({
      name: `layers.${stage}.blocks.${i}`,
      heads: heads[stage],
      shift: i % 2 === 1 ? ([half(rows), half(columns)] as const) : ([0, 0] as const),
      dropPath: (dropPath * index++) / Math.max(1, total - 1),
    }));
    return { name: `layers.${stage}`, channels: dim * 2 ** stage, merges: stage > 0, blocks };
  });
}

/** @param x [N, H, W, C] @returns [N, H/2, W/2, 2C] */
function merge(pass: Pass, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const pairs = tf.reshape(x, [n, h / 2, 2, w / 2, 2, c]);
  const merged = tf.reshape(tf.transpose(pairs, [0, 1, 3, 4, 2, 5]), [n, h / 2, w / 2, 4 * c]) as tf.Tensor4D;
  return linear(pass, `${name}.reduction`, layerNorm(pass, `${name}.norm`, merged, EPSILON), { bias: false });
}

function block(pass: Pass, { name, heads, shift, dropPath: rate }: Block, window: number, x: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const tokens = window * window;
  const windows = (h / window) * (w / window);
  const shifts = shift.some((s) => s > 0);
  const shifted = (y: tf.Tensor4D, by: 1 | -1) => (shifts ? roll(y, [by * shift[0], by * shift[1]], [1, 2]) : y);

  const normed = shifted(layerNorm(pass, `${name}.norm1`, x, EPSILON), -1);
  const parts = tf.reshape(normed, [n, h / window, window, w / window, window, c]);
  const inWindows = tf.reshape(tf.transpose(parts, [0, 1, 3, 2, 4, 5]), [n * windows, tokens, c]) as tf.Tensor3D;

  const table = pass.weight(`${name}.attn.relative_position_bias_table`) as tf.Tensor2D;
  const rows = lookUp(table, relativePositions(window)); // (T T, heads)
  const bias = tf.reshape(tf.transpose(rows), [1, heads, tokens, tokens]) as tf.Tensor4D;
  const masked = shifts ? tf.add(bias, shiftMask([h, w], window, shift)) : bias; // (1 or windows, heads, T, T)
  const mixed = attention(pass, `${name}.attn`, inWindows, heads, masked as tf.Tensor4D);

  const back = tf.reshape(mixed, [n, h / window, w / window, window, window, c]);
  const whole = tf.reshape(tf.transpose(back, [0, 1, 3, 2, 4, 5]), [n, h, w, c]) as tf.Tensor4D;
  x = tf.add(x, dropPath(pass, shifted(whole, 1), rate));
  return tf.add(x, dropPath(pass, mlp(pass, `${name}.mlp`, layerNorm(pass, `${name}.norm2`, x, EPSILON)), rate));
}

/** For every pair of tokens of a window the row of the bias table that holds their offset (arXiv 2103.14030, section 3.2). */
function relativePositions(window: number): number[] {
  const tokens = Array.from({ length: window * window }, (_, i) => [Math.floor(i / window), i % window]);
  return tokens.flatMap(([y1, x1]) =>
    tokens.map(([y2, x2]) => (y1 - y2 + window - 1) * (2 * window - 1) + (x1 - x2 + window - 1)),
  );
}

/**
 * Shifted windows hold tokens that are neighbours only by wrapping round: those pairs are masked.
 * @returns [windows, 1, T, T], 0 or MASKED
 */
function shiftMask([height, width]: ImageSize, window: number, [down, right]: readonly [number, number]): tf.Tensor4D {
  // after the shift, the last window along an axis holds two regions: its own, and what wrapped round
  const region = (i: number, size: number, shift: number) => (i < size - window ? 0 : i < size - shift ? 1 : 2);
  const regions: number[] = [];
  for (let top = 0; top < height; top += window)
    for (let left = 0; left < width; left += window)
      for (let i = 0; i < window * window; i++)
        regions.push(3 * region(top + Math.floor(i / window), height, down) + region(left + (i % window), width, right));
  const [windows, tokens] = [(height * width) / window ** 2, window ** 2];
  const own = tf.tensor4d(regions, [windows, 1, tokens, 1]);
  const foreign = tf.notEqual(own, tf.reshape(own, [windows, 1, 1, tokens])); // compared in the graph: no large constant
  return tf.mul(tf.cast(foreign, 'float32'), MASKED);
}
