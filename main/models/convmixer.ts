/**
 * ConvMixer: Trockman, Kolter, "Patches Are All You Need?", arXiv 2201.09792.
 * Names, shapes and initialisation (PyTorch's default) as in timm's convmixer.py.
 *
 *   stem    convolution patch/patch, activation, norm
 *   blocks  x = norm(act(depthwise x)) + x; x = norm(act(conv 1x1 x))
 *   head    global average pool, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ConvMixerDims } from '../../shared/domain/families/convmixer.ts';
import { ACTIVATIONS, batchNorm, conv, depthwise, globalPool, linear, Specs } from './layers.ts';
import type { Network } from './model.ts';

export function convmixer({ dim, depth, kernel, patch, activation }: ConvMixerDims, classes: number): Network {
  const specs = new Specs();
  specs.conv('stem.0', 3, dim, patch, { bias: true });
  specs.batchNorm('stem.2', dim);
  for (let i = 0; i < depth; i++) {
    specs.depthwise(`blocks.${i}.0.fn.0`, dim, kernel, { bias: true });
    specs.batchNorm(`blocks.${i}.0.fn.2`, dim);
    specs.conv(`blocks.${i}.1`, dim, dim, 1, { bias: true });
    specs.batchNorm(`blocks.${i}.3`, dim);
  }
  specs.linear('head', dim, classes);

  const activate = ACTIVATIONS[activation];
  const padding = (kernel - 1) / 2;
  return {
    specs: specs.list,
    features(pass, x) {
      x = batchNorm(pass, 'stem.2', activate(conv(pass, 'stem.0', x, { stride: patch, bias: true }))); // (N, H/p, W/p, C)
      for (let i = 0; i < depth; i++) {
        const spatial = activate(depthwise(pass, `blocks.${i}.0.fn.0`, x, { padding, bias: true }));
        x = tf.add(batchNorm(pass, `blocks.${i}.0.fn.2`, spatial), x);
        x = batchNorm(pass, `blocks.${i}.3`, activate(conv(pass, `blocks.${i}.1`, x, { bias: true })));
      }
      return x;
    },
    head: (pass, x) => linear(pass, 'head', globalPool(x)), // (N, classes)
  };
}
