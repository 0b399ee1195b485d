/**
 * WaveMix: Jeevan, Viswanathan, Anandu, Sethi, "WaveMix: A Resource-efficient Neural Network for Image Analysis",
 * arXiv 2205.14375. Parameter names as in the authors' package `wavemix`.
 *
 *   stem    conv 3x3, conv 3x3, conv patch/patch, GELU, norm ("pachify")
 *   blocks  x = block(x) + x; block: 1x1 to C/4, Haar wavelet of `level` levels, per level a feed-forward that doubles the size
 *   head    global average pool, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WaveMixDims } from '../../shared/domain/families/wavemix.ts';
import { gelu } from '../engine/operators/activation.ts';
import { batchNorm, conv, convTranspose4, dropout, globalPool, linear, type Pass, Specs } from './layers.ts';
import type { Network } from './model.ts';

export function wavemix(dims: WaveMixDims, classes: number): Network {
  const { dim, depth, level, ff, mult, patch } = dims;
  const specs = new Specs();
  specs.conv('conv.0', 3, dim / 4, 3, { bias: true });
  specs.conv('conv.1', dim / 4, dim / 2, 3, { bias: true });
  specs.conv('conv.2', dim / 2, dim, patch, { bias: true });
  specs.batchNorm('conv.4', dim);
  for (let i = 0; i < depth; i++) {
    specs.conv(`layers.${i}.reduction`, dim, dim / 4, 1, { bias: true });
    for (let l = 1; l <= level; l++) {
      const name = `layers.${i}.${feedForwardName(level, l)}`;
      const [input, output] = [l === level ? dim : 1.5 * dim, l === 1 ? dim : dim / 2];
      specs.conv(`${name}.0`, input, mult * dim, 1, { bias: true });
      specs.conv(`${name}.3`, mult * dim, ff, 1, { bias: true });
      specs.convTranspose(`${name}.4`, ff, output, 4);
      specs.batchNorm(`${name}.5`, output);
    }
  }
  specs.linear('pool.2', dim, classes);

  return {
    specs: specs.list,
    features(pass, x) {
      x = conv(pass, 'conv.0', x, { padding: 1, bias: true }); // (N, H, W, C/4)
      x = conv(pass, 'conv.1', x, { padding: 1, bias: true }); // (N, H, W, C/2)
      x = conv(pass, 'conv.2', x, { stride: patch, bias: true }); // (N, H/4, W/4, C)
      x = batchNorm(pass, 'conv.4', gelu(x));
      for (let i = 0; i < depth; i++) x = tf.add(block(pass, `layers.${i}`, dims, x), x);
      return x;
    },
    head: (pass, x) => linear(pass, 'pool.2', globalPool(x)), // (N, classes)
  };
}

function block(pass: Pass, name: string, { level, dropout: rate }: WaveMixDims, x: tf.Tensor4D): tf.Tensor4D {
  const bands: tf.Tensor4D[] = []; // level l: (N, H / 2^l, W / 2^l, C)
  let low = conv(pass, `${name}.reduction`, x, { bias: true }); // (N, H, W, C/4)
  for (let l = 1; l <= level; l++) {
    const transformed = haar(low);
    bands.push(transformed);
    low = tf.slice(transformed, [0, 0, 0, 0], [-1, -1, -1, low.shape[3]]);
  }
  let deeper: tf.Tensor4D | null = null;
  for (let l = level; l >= 1; l--) {
    const input: tf.Tensor4D = deeper ? tf.concat([bands[l - 1], deeper], 3) : bands[l - 1];
    deeper = feedForward(pass, `${name}.${feedForwardName(level, l)}`, input, rate);
  }
  return deeper!;
}

function feedForward(pass: Pass, name: string, x: tf.Tensor4D, rate: number): tf.Tensor4D {
  x = dropout(pass, gelu(conv(pass, `${name}.0`, x, { bias: true })), rate);
  x = conv(pass, `${name}.3`, x, { bias: true });
  return batchNorm(pass, `${name}.5`, convTranspose4(pass, `${name}.4`, x)); // twice as high and wide
}

/** The authors number the feed-forwards only where there are several. */
function feedForwardName(levels: number, level: number): string {
  return levels === 1 ? 'feedforward' : `feedforward${level}`;
}

/**
 * One level of the Haar wavelet transform, orthonormal, by space-to-depth and eight additions.
 * @param x [N, H, W, C], H and W even
 * @returns [N, H/2, W/2, 4C]: C low-pass values, then per channel its three details LH, HL, HH
 *   (first letter along rows, second along columns, as in the authors' `DWTForward`)
 */
export function haar(x: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  // the four pixels of every 2 x 2 block: a b / c d
  const blocks = tf.reshape(x, [n * (h / 2), 2, (w / 2) * 2 * c]);
  const [top, bottom] = tf.unstack(blocks, 1).map((row) => tf.unstack(tf.reshape(row, [n, h / 2, w / 2, 2, c]), 3));
  const [a, b] = top;
  const [d, e] = bottom;
  const [rowLowTop, rowHighTop] = [tf.add(a, b), tf.sub(a, b)];
  const [rowLowBottom, rowHighBottom] = [tf.add(d, e), tf.sub(d, e)];
  const half = (t: tf.Tensor) => tf.mul(t, 0.5);
  const ll = half(tf.add(rowLowTop, rowLowBottom)); // (N, H/2, W/2, C)
  const lh = half(tf.sub(rowLowTop, rowLowBottom));
  const hl = half(tf.add(rowHighTop, rowHighBottom));
  const hh = half(tf.sub(rowHighTop, rowHighBottom));
  const details = tf.reshape(tf.stack([lh, hl, hh], 4), [n, h / 2, w / 2, 3 * c]); // channel-major: c0 LH HL HH, c1 ...
  return tf.concat([ll as tf.Tensor4D, details as tf.Tensor4D], 3);
}
