/**
 * ResNet: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", arXiv 1512.03385.
 * Names, shapes and initialisation as in timm's resnet.py.
 *
 *   stem    conv 7x7 /2, norm, ReLU, max pool 3x3 /2
 *   blocks  four stages: x = ReLU(branch(x) + shortcut x); the branch is two 3x3 convolutions (basic) or 1x1, 3x3, 1x1 (bottleneck)
 *   head    global average pool, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ResNetDims } from '../../shared/domain/families/resnet.ts';
import { relu } from '../engine/operators/activation.ts';
import { maxPool } from '../engine/operators/convolution.ts';
import { batchNorm, conv, globalPool, type Initialiser, linear, type Pass, Specs, ZEROS } from './layers.ts';
import type { Network } from './model.ts';

const STEM = 64;

export function resnet(dims: ResNetDims, classes: number): Network {
  const blocks = blocksOf(dims);
  const specs = new Specs();
  specs.conv('conv1', 3, STEM, 7, { weight: kaimingFanOut(STEM, 7) });
  specs.batchNorm('bn1', STEM);
  for (const { name, input, convs, output, downsample } of blocks) {
    let channels = input;
    convs.forEach(({ kernel, width }, i) => {
      specs.conv(`${name}.conv${i + 1}`, channels, width, kernel, { weight: kaimingFanOut(width, kernel) });
      specs.batchNorm(`${name}.bn${i + 1}`, width, i === convs.length - 1 ? { gain: ZEROS } : {}); // starts as the identity
      channels = width;
    });
    if (downsample) {
      specs.conv(`${name}.downsample.0`, input, output, 1, { weight: kaimingFanOut(output, 1) });
      specs.batchNorm(`${name}.downsample.1`, output);
    }
  }
  specs.linear('fc', blocks.at(-1)!.output, classes);

  return {
    specs: specs.list,
    features(pass, x) {
      x = relu(batchNorm(pass, 'bn1', conv(pass, 'conv1', x, { stride: 2, padding: 3 }))); // (N, H/2, W/2, 64)
      x = maxPool(x, 3, 2, [1, 1]); // (N, H/4, W/4, 64)
      for (const each of blocks) x = block(pass, each, x);
      return x; // (N, H/32, W/32, 512 or 2048)
    },
    head: (pass, x) => linear(pass, 'fc', globalPool(x)), // (N, classes)
  };
}

interface Block {
  readonly name: string;
  readonly input: number;
  readonly output: number;
  readonly convs: readonly { readonly kernel: number; readonly width: number; readonly stride: number }[];
  readonly stride: number;
  readonly downsample: boolean;
}

function block(pass: Pass, { name, convs, stride, downsample }: Block, x: tf.Tensor4D): tf.Tensor4D {
  let y = x;
  convs.forEach(({ kernel, stride }, i) => {
    y = conv(pass, `${name}.conv${i + 1}`, y, { stride, padding: (kernel - 1) / 2 });
    y = batchNorm(pass, `${name}.bn${i + 1}`, y);
    if (i < convs.length - 1) y = relu(y);
  });
  const shortcut = downsample ? batchNorm(pass, `${name}.downsample.1`, conv(pass, `${name}.downsample.0`, x, { stride })) : x;
  return relu(tf.add(y, shortcut));
}

function blocksOf({ block, depths, widths }: ResNetDims): Block[] {
  let input = STEM;
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, i): Block => {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const width = widths[stage];
      const output = block === 'basic' ? width : 4 * width;
      const convs =
        block === 'basic'
          ? [
              { kernel: 3, width, stride },
              { kernel: 3, width, stride: 1 },
            ]
          : [
              { kernel: 1, width, stride: 1 },
              { kernel: 3, width, stride },
              { kernel: 1, width: output, stride: 1 },
            ];
      const name = `layer${stage + 1}.${i}`;
      const made = { name, input, output, convs, stride, downsample: stride > 1 || input !== output };
      input = output;
      return made;
    }),
  );
}

/** timm: Kaiming normal, fan out, for ReLU. */
function kaimingFanOut(output: number, kernel: number): Initialiser {
  return { kind: 'normal', sd: Math.sqrt(2 / (output * kernel * kernel)) };
}
