/**
 * MobileNetV3-Small: Howard et al., "Searching for MobileNetV3", arXiv 1905.02244.
 * Names, shapes and initialisation as in timm's mobilenetv3.py, _efficientnet_blocks.py and _efficientnet_builder.py.
 *
 *   stem    conv 3x3 /2, norm, hard-swish
 *   blocks  depthwise-separable, then inverted residuals: 1x1 up, depthwise, squeeze-excite, 1x1 down; last a 1x1 convolution
 *   head    global average pool, 1x1 conv, hard-swish, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import type { InvertedResidual, MobileNetV3Dims } from '../../shared/domain/families/mobilenetv3.ts';
import { hardSigmoid, hardSwish, relu } from '../engine/operators/activation.ts';
import { batchNorm, conv, depthwise, type InitialWeights, linear, type Pass, Specs, ZEROS } from './layers.ts';
import type { Network } from './model.ts';

const HEAD = 1024;

export function mobilenetv3({ stem, blocks, last }: MobileNetV3Dims, classes: number): Network {
  const specs = new Specs();
  specs.conv('conv_stem', 3, stem, 3, fanOut(stem, 3));
  specs.batchNorm('bn1', stem);
  for (const each of blocks) declare(specs, each);
  specs.conv(`${last.name}.conv`, last.input, last.output, 1, fanOut(last.output, 1));
  specs.batchNorm(`${last.name}.bn1`, last.output);
  specs.conv('conv_head', last.output, HEAD, 1, { ...fanOut(HEAD, 1), bias: ZEROS });
  specs.linear('classifier', HEAD, classes, { weight: { kind: 'uniform', bound: classes ** -0.5 }, bias: ZEROS });

  return {
    specs: specs.list,
    features(pass, x) {
      x = hardSwish(batchNorm(pass, 'bn1', conv(pass, 'conv_stem', x, { stride: 2, padding: 1 }))); // (N, H/2, W/2, 16)
      for (const each of blocks) x = block(pass, each, x);
      return hardSwish(batchNorm(pass, `${last.name}.bn1`, conv(pass, `${last.name}.conv`, x))); // (N, H/32, W/32, 576)
    },
    head(pass, x) {
      const pooled = tf.mean(x, [1, 2], true) as tf.Tensor4D; // (N, 1, 1, 576)
      const y = hardSwish(conv(pass, 'conv_head', pooled, { bias: true })); // (N, 1, 1, 1024)
      return linear(pass, 'classifier', tf.reshape(y, [-1, HEAD]) as tf.Tensor2D); // (N, classes)
    },
  };
}

function declare(specs: Specs, { name, input, expanded, output, kernel, squeeze, separable }: InvertedResidual): void {
  const norms = ['bn1', 'bn2', 'bn3'].map((norm) => `${name}.${norm}`);
  if (!separable) {
    specs.conv(`${name}.conv_pw`, input, expanded, 1, fanOut(expanded, 1));
    specs.batchNorm(norms.shift()!, expanded);
  }
  specs.depthwise(`${name}.conv_dw`, expanded, kernel, fanOut(1, kernel));
  specs.batchNorm(norms.shift()!, expanded);
  if (squeeze !== null) {
    specs.conv(`${name}.se.conv_reduce`, expanded, squeeze, 1, { ...fanOut(squeeze, 1), bias: ZEROS });
    specs.conv(`${name}.se.conv_expand`, squeeze, expanded, 1, { ...fanOut(expanded, 1), bias: ZEROS });
  }
  specs.conv(`${name}.${separable ? 'conv_pw' : 'conv_pwl'}`, expanded, output, 1, fanOut(output, 1));
  specs.batchNorm(norms.shift()!, output);
}

function block(pass: Pass, { name, separable, ...dims }: InvertedResidual, x: tf.Tensor4D): tf.Tensor4D {
  const activate = dims.activation === 'relu' ? relu : hardSwish;
  const norms = ['bn1', 'bn2', 'bn3'].map((norm) => `${name}.${norm}`);
  let y = x;
  if (!separable) y = activate(batchNorm(pass, norms.shift()!, conv(pass, `${name}.conv_pw`, y))); // (N, H, W, expanded)
  y = depthwise(pass, `${name}.conv_dw`, y, { stride: dims.stride, padding: (dims.kernel - 1) / 2 });
  y = activate(batchNorm(pass, norms.shift()!, y));
  if (dims.squeeze !== null) y = squeezeExcite(pass, `${name}.se`, y);
  y = batchNorm(pass, norms.shift()!, conv(pass, `${name}.${separable ? 'conv_pw' : 'conv_pwl'}`, y)); // (N, H', W', output)
  return dims.stride === 1 && dims.input === dims.output ? tf.add(y, x) : y;
}

/** Hu, Shen, Sun, "Squeeze-and-Excitation Networks", arXiv 1709.01507, with ReLU and hard-sigmoid. */
function squeezeExcite(pass: Pass, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const pooled = tf.mean(x, [1, 2], true) as tf.Tensor4D; // (N, 1, 1, C)
  const reduced = relu(conv(pass, `${name}.conv_reduce`, pooled, { bias: true }));
  return tf.mul(x, hardSigmoid(conv(pass, `${name}.conv_expand`, reduced, { bias: true })));
}

/** timm's `_init_weight_goog`: normal, fan out per group. */
function fanOut(outputs: number, kernel: number): InitialWeights {
  return { weight: { kind: 'normal', sd: Math.sqrt(2 / (outputs * kernel * kernel)) } };
}
