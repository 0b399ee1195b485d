/**
 * ResNet: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", arXiv 1512.03385.
 * Names, shapes and initialisation as in timm's resnet.py.
 *
 *   stem    conv 7x7 /2, norm, ReLU, max pool 3x3 /2
 *   blocks  four stages of basic blocks: x = ReLU(norm(conv(ReLU(norm(conv x)))) + shortcut x)
 *   head    global average pool, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import { relu } from '../engine/operators/activation.ts';
import { maxPool } from '../engine/operators/convolution.ts';
import { batchNorm, conv, globalPool, type Initialiser, linear, type Pass, Specs } from './layers.ts';
import type { Model } from './model.ts';

export interface ResNetConfig {
  /** basic blocks per stage */
  readonly depths: readonly number[];
  /** channels per stage */
  readonly widths: readonly number[];
}

export const RESNETS: Readonly<Record<string, ResNetConfig>> = {
  resnet18: { depths: [2, 2, 2, 2], widths: [64, 128, 256, 512] },
};

export function resnet({ depths, widths }: ResNetConfig, classes: number): Model {
  const specs = new Specs();
  specs.conv('conv1', 3, widths[0], 7, { init: kaimingFanOut(widths[0], 7) });
  specs.batchNorm('bn1', widths[0]);

  const blocks = stages(depths, widths);
  for (const { name, input, output, downsample } of blocks) {
    specs.conv(`${name}.conv1`, input, output, 3, { init: kaimingFanOut(output, 3) });
    specs.batchNorm(`${name}.bn1`, output);
    specs.conv(`${name}.conv2`, output, output, 3, { init: kaimingFanOut(output, 3) });
    specs.batchNorm(`${name}.bn2`, output, { gain: 0 }); // every block starts as the identity
    if (downsample) {
      specs.conv(`${name}.downsample.0`, input, output, 1, { init: kaimingFanOut(output, 1) });
      specs.batchNorm(`${name}.downsample.1`, output);
    }
  }
  specs.linear('fc', widths.at(-1)!, classes);

  return {
    specs: specs.list,
    forward(pass, x) {
      x = relu(batchNorm(pass, 'bn1', conv(pass, 'conv1', x, { stride: 2, padding: 3 }))); // (N, H/2, W/2, 64)
      x = maxPool(x, 3, 2, [1, 1]); // (N, H/4, W/4, 64)
      for (const block of blocks) x = basicBlock(pass, block, x); // (N, H/32, W/32, 512) in the end
      return linear(pass, 'fc', globalPool(x)); // (N, classes)
    },
  };
}

interface Block {
  readonly name: string;
  readonly input: number;
  readonly output: number;
  readonly stride: number;
  readonly downsample: boolean;
}

function basicBlock(pass: Pass, { name, stride, downsample }: Block, x: tf.Tensor4D): tf.Tensor4D {
  let y = relu(batchNorm(pass, `${name}.bn1`, conv(pass, `${name}.conv1`, x, { stride, padding: 1 })));
  y = batchNorm(pass, `${name}.bn2`, conv(pass, `${name}.conv2`, y, { padding: 1 }));
  const shortcut = downsample ? batchNorm(pass, `${name}.downsample.1`, conv(pass, `${name}.downsample.0`, x, { stride })) : x;
  return relu(tf.add(y, shortcut));
}

function stages(depths: readonly number[], widths: readonly number[]): Block[] {
  let input = widths[0];
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, i) => {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const output = widths[stage];
      const block = { name: `layer${stage + 1}.${i}`, input, output, stride, downsample: stride > 1 || input !== output };
      input = output;
      return block;
    }),
  );
}

/** timm: Kaiming normal, fan out, for ReLU. */
function kaimingFanOut(output: number, kernel: number): Initialiser {
  return { kind: 'normal', sd: Math.sqrt(2 / (output * kernel * kernel)) };
}
