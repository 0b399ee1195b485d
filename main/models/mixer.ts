/**
 * MLP-Mixer: Tolstikhin et al., "MLP-Mixer: An all-MLP Architecture for Vision", arXiv 2105.01601.
 * Names, shapes and initialisation as in timm's mlp_mixer.py.
 *
 *   stem    convolution patch/patch
 *   blocks  x = x + mlp over tokens(norm x); x = x + mlp over channels(norm x)
 *   head    norm, mean over tokens, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import type { MixerDims } from '../../shared/domain/families/mixer.ts';
import { conv, globalPool, type InitialWeights, layerNorm, linear, mlp, Specs, ZEROS } from './layers.ts';
import type { ImageSize, Network } from './model.ts';

const EPSILON = 1e-6;

export function mixer(dims: MixerDims, [height, width]: ImageSize, classes: number): Network {
  const { patch, dim, depth, tokenDim, channelDim } = dims;
  const [rows, columns] = [height / patch, width / patch];
  const tokens = rows * columns;
  const specs = new Specs();
  specs.conv('stem.proj', 3, dim, patch, { weight: lecunNormal(3 * patch * patch), bias: ZEROS });
  for (let i = 0; i < depth; i++) {
    const name = `blocks.${i}`;
    specs.layerNorm(`${name}.norm1`, dim);
    specs.mlp(`${name}.mlp_tokens`, tokens, tokenDim, xavierUniform);
    specs.layerNorm(`${name}.norm2`, dim);
    specs.mlp(`${name}.mlp_channels`, dim, channelDim, xavierUniform);
  }
  specs.layerNorm('norm', dim);
  specs.linear('head', dim, classes, { weight: ZEROS, bias: ZEROS });

  return {
    specs: specs.list,
    features(pass, image) {
      const map = conv(pass, 'stem.proj', image, { stride: patch, bias: true }); // (N, H/p, W/p, C)
      let x = tf.reshape(map, [-1, tokens, dim]) as tf.Tensor3D; // (N, T, C)
      for (let i = 0; i < depth; i++) {
        const name = `blocks.${i}`;
        const across = tf.transpose(layerNorm(pass, `${name}.norm1`, x, EPSILON), [0, 2, 1]); // (N, C, T)
        x = tf.add(x, tf.transpose(mlp(pass, `${name}.mlp_tokens`, across), [0, 2, 1]));
        x = tf.add(x, mlp(pass, `${name}.mlp_channels`, layerNorm(pass, `${name}.norm2`, x, EPSILON)));
      }
      return tf.reshape(layerNorm(pass, 'norm', x, EPSILON), [-1, rows, columns, dim]) as tf.Tensor4D; // (N, H/p, W/p, C)
    },
    head: (pass, x) => linear(pass, 'head', globalPool(x)), // (N, classes)
  };
}

/** timm: Glorot's uniform for the weights of the MLPs, almost no bias. */
function xavierUniform(input: number, output: number): InitialWeights {
  return { weight: { kind: 'uniform', bound: Math.sqrt(6 / (input + output)) }, bias: { kind: 'normal', sd: 1e-6 } };
}

/** timm's `lecun_normal_`: truncated at two sd, then of variance 1 / fan in. */
function lecunNormal(fanIn: number): InitialWeights['weight'] {
  return { kind: 'truncated normal', sd: Math.sqrt(1 / fanIn) / 0.87962566103423978 };
}
