/** The networks whose training step is measured, and what the PyTorch peer calls them. */
import * as tf from '@tensorflow/tfjs-core';
import { findVariant, type Variant } from '../shared/domain/catalogue.ts';
import { gelu } from '../main/engine/operators/activation.ts';
import { batchNorm, conv, depthwise, globalPool, linear, Specs } from '../main/models/layers.ts';
import type { Model } from '../main/models/model.ts';
import { createModel } from '../main/models/registry.ts';

export interface Network {
  readonly name: string;
  readonly batchSize: number;
  /** height and width */
  readonly size: number;
  build(): { model: Model; variant: Variant };
}

export const NETWORKS: readonly Network[] = [
  { name: 'resnet18', batchSize: 16, size: 224, build: () => createModel('resnet18') },
  { name: 'wavemix_224_10', batchSize: 16, size: 224, build: () => createModel('wavemix_224_10') },
  // two kernel sizes: the larger, the more of the work is depthwise
  ...[9, 15].map((kernel) => ({
    name: `convmixer_256_8_k${kernel}_p7`,
    batchSize: 16,
    size: 224,
    build: () => ({ model: convMixer(256, 8, kernel, 7), variant: findVariant('resnet18')! }), // the variant gives mean and sd only
  })),
];

/** ConvMixer (Trockman and Kolter, arXiv 2201.09792): a depthwise network, until its family is in the catalogue. */
function convMixer(dim: number, depth: number, kernel: number, patch: number): Model {
  const specs = new Specs();
  specs.conv('stem.0', 3, dim, patch, { bias: true });
  specs.batchNorm('stem.2', dim);
  for (let i = 0; i < depth; i++) {
    specs.depthwise(`blocks.${i}.0.fn.0`, dim, kernel, { bias: true });
    specs.batchNorm(`blocks.${i}.0.fn.2`, dim);
    specs.conv(`blocks.${i}.1`, dim, dim, 1, { bias: true });
    specs.batchNorm(`blocks.${i}.3`, dim);
  }
  specs.linear('head', dim, 2);
  const half = (kernel - 1) / 2;
  return {
    specs: specs.list,
    forward(pass, x) {
      x = batchNorm(pass, 'stem.2', gelu(conv(pass, 'stem.0', x, { stride: patch, bias: true }))); // (N, H/p, W/p, C)
      for (let i = 0; i < depth; i++) {
        const name = `blocks.${i}.0.fn.0`;
        const y = gelu(depthwise(pass, name, x, { padding: half, bias: true }));
        x = tf.add(batchNorm(pass, `blocks.${i}.0.fn.2`, y), x);
        x = batchNorm(pass, `blocks.${i}.3`, gelu(conv(pass, `blocks.${i}.1`, x, { bias: true })));
      }
      return linear(pass, 'head', globalPool(x));
    },
  };
}
