/**
 * Vision Transformer: Dosovitskiy et al., "An Image is Worth 16x16 Words", arXiv 2010.11929.
 * Names, shapes and initialisation as in timm's vision_transformer.py.
 *
 *   stem    convolution patch/patch, class token in front, position embedding
 *   blocks  x = x + attention(norm x); x = x + mlp(norm x)
 *   head    norm, class token, linear
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ViTDims } from '../../shared/domain/families/vit.ts';
import { attention, conv, layerNorm, linear, mlp, Specs, NORMAL_002, TRANSFORMER_LINEAR } from './layers.ts';
import type { ImageSize, Network } from './model.ts';

const EPSILON = 1e-6;

export function vit({ patch, dim, depth, heads }: ViTDims, [height, width]: ImageSize, classes: number): Network {
  const patches = (height / patch) * (width / patch);
  const specs = new Specs();
  specs.embedding('cls_token', [1, 1, dim], { kind: 'normal', sd: 1e-6 });
  specs.embedding('pos_embed', [1, patches + 1, dim], NORMAL_002);
  specs.conv('patch_embed.proj', 3, dim, patch, { bias: true });
  for (let i = 0; i < depth; i++) {
    const name = `blocks.${i}`;
    specs.layerNorm(`${name}.norm1`, dim);
    specs.attention(`${name}.attn`, dim, TRANSFORMER_LINEAR);
    specs.layerNorm(`${name}.norm2`, dim);
    specs.mlp(`${name}.mlp`, dim, 4 * dim, () => TRANSFORMER_LINEAR);
  }
  specs.layerNorm('norm', dim);
  specs.linear('head', dim, classes, TRANSFORMER_LINEAR);

  return {
    specs: specs.list,
    features(pass, image) {
      const map = conv(pass, 'patch_embed.proj', image, { stride: patch, bias: true }); // (N, H/p, W/p, C)
      const [n] = map.shape;
      const tokens = tf.reshape(map, [n, patches, dim]) as tf.Tensor3D;
      const first = tf.tile(pass.weight('cls_token') as tf.Tensor3D, [n, 1, 1]);
      let x: tf.Tensor3D = tf.add(tf.concat([first, tokens], 1), pass.weight('pos_embed')); // (N, T, C)
      for (let i = 0; i < depth; i++) {
        const name = `blocks.${i}`;
        x = tf.add(x, attention(pass, `${name}.attn`, layerNorm(pass, `${name}.norm1`, x, EPSILON), heads));
        x = tf.add(x, mlp(pass, `${name}.mlp`, layerNorm(pass, `${name}.norm2`, x, EPSILON)));
      }
      return x;
    },
    head(pass, x) {
      const first = tf.slice(x as tf.Tensor3D, [0, 0, 0], [-1, 1, -1]); // the norm is one of each token: of this one only
      return linear(pass, 'head', layerNorm(pass, 'norm', tf.reshape(first, [-1, dim]) as tf.Tensor2D, EPSILON)); // (N, classes)
    },
  };
}
