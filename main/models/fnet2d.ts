/**
 * 2D-FNet: Jeevan, Sethi, "Convolutional Xformers for Vision", arXiv 2201.10271; after Lee-Thorp et al., "FNet", arXiv 2105.03824.
 * Names, shapes and initialisation (PyTorch's default) as in the authors' package `vision_xformer`.
 *
 *   stem    two convolutions 3x3, no activation; one token per pixel (or per patch, which the authors do not have)
 *   blocks  x = feed-forward(norm(F x)) + x, F the real part of the Fourier transform over height, width and channels
 *   head    global average pool, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FNet2dDims } from '../../shared/domain/families/fnet2d.ts';
import { gelu } from '../engine/operators/activation.ts';
import { realFourier } from '../engine/operators/fourier.ts';
import { batchNorm, conv, dropout, globalPool, linear, Specs } from './layers.ts';
import type { Network } from './model.ts';

export function fnet2d({ dim, depth, mult, patch, dropout: rate }: FNet2dDims, classes: number): Network {
  const second = patch === 1 ? { kernel: 3, padding: 1 } : { kernel: patch, stride: patch };
  const specs = new Specs();
  specs.conv('conv.0', 3, dim / 2, 3, { bias: true });
  specs.conv('conv.1', dim / 2, dim, second.kernel, { bias: true });
  for (let i = 0; i < depth; i++) {
    const name = `layers.${i}.ff`;
    specs.batchNorm(`${name}.0`, dim);
    specs.conv(`${name}.1.net.0`, dim, mult * dim, 1, { bias: true });
    specs.conv(`${name}.1.net.3`, mult * dim, dim, 1, { bias: true });
  }
  specs.linear('pool.2', dim, classes);

  return {
    specs: specs.list,
    features(pass, x) {
      x = conv(pass, 'conv.0', x, { padding: 1, bias: true }); // (N, H, W, C/2)
      x = conv(pass, 'conv.1', x, { ...second, bias: true }); // (N, H/p, W/p, C)
      for (let i = 0; i < depth; i++) {
        const name = `layers.${i}.ff`;
        let y = batchNorm(pass, `${name}.0`, realFourier(x));
        y = dropout(pass, gelu(conv(pass, `${name}.1.net.0`, y, { bias: true })), rate); // (N, H/p, W/p, 2C)
        y = dropout(pass, conv(pass, `${name}.1.net.3`, y, { bias: true }), rate);
        x = tf.add(y, x);
      }
      return x;
    },
    head: (pass, x) => linear(pass, 'pool.2', globalPool(x)), // (N, classes)
  };
}
