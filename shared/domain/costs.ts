/**
 * What one image costs in a network, counted from its dimensions, layer by layer as main/models computes them: multiply-accumulate
 * operations of the forward pass, and the values that training keeps for the backward pass.
 */
import type { Variant } from './catalogue.ts';
import type {
  ConvMixerDims,
  FNet2dDims,
  MixerDims,
  MobileNetV3Dims,
  ResNetDims,
  SwinDims,
  ViTDims,
  WaveMixDims,
} from './dims.ts';

export interface Cost {
  /** multiply-accumulate operations of the forward pass */
  readonly macs: number;
  /** float32 values kept from forward to backward */
  readonly kept: number;
}

/** The cost of one image. @param inputSize height, width */
export function imageCost(variant: Variant, [height, width]: readonly [number, number]): Cost {
  const pixels = height * width;
  const input = { macs: 0, kept: 3 * pixels };
  switch (variant.family) {
    case 'resnet':
      return sum(input, resnet(variant.dims, pixels));
    case 'mobilenetv3':
      return sum(input, mobilenetv3(variant.dims, pixels));
    case 'vit':
      return sum(input, vit(variant.dims, pixels));
    case 'swin':
      return sum(input, swin(variant.dims, pixels));
    case 'fnet2d':
      return sum(input, fnet2d(variant.dims, height, width));
    case 'convmixer':
      return sum(input, convmixer(variant.dims, pixels));
    case 'mixer':
      return sum(input, mixer(variant.dims, pixels));
    case 'wavemix':
      return sum(input, wavemix(variant.dims, pixels));
  }
}

function sum(...costs: readonly Cost[]): Cost {
  return { macs: costs.reduce((a, c) => a + c.macs, 0), kept: costs.reduce((a, c) => a + c.kept, 0) };
}

function times(count: number, { macs, kept }: Cost): Cost {
  return { macs: count * macs, kept: count * kept };
}

function resnet({ block, depths, widths }: ResNetDims, pixels: number): Cost {
  const stem = { macs: (pixels / 4) * 147 * 64, kept: (pixels / 4) * 64 * 2 + (pixels / 16) * 64 };
  let input = 64;
  const stages = depths.map((depth, stage) => {
    const positions = pixels / 4 ** (stage + 2);
    const width = widths[stage];
    const output = block === 'basic' ? width : 4 * width;
    const projects = stage > 0 || input !== output;
    const blocks = Array.from({ length: depth }, (_, i): Cost => {
      const c = i === 0 ? input : output;
      const before = i === 0 && stage > 0 ? 4 : 1; // the 1x1 in front of a stride works at the larger size
      const down = i === 0 && projects ? 1 : 0;
      if (block === 'basic')
        return {
          macs: positions * (9 * c * width + 9 * width * width + down * c * output),
          kept: positions * output * (4 + down),
        };
      return {
        macs: positions * (before * c * width + 9 * width * width + width * output + down * c * output),
        kept: positions * (before * 2 * width + 2 * width + (2 + down) * output),
      };
    });
    input = output;
    return sum(...blocks);
  });
  return sum(stem, ...stages);
}

function mobilenetv3({ stem, blocks, last }: MobileNetV3Dims, pixels: number): Cost {
  let positions = pixels / 4;
  const first = { macs: positions * 27 * stem, kept: positions * 3 * stem };
  const middle = blocks.map(({ input, expanded, output, kernel, stride, squeeze, activation, separable }): Cost => {
    const outside = positions;
    positions /= stride ** 2;
    const activated = activation === 'relu' ? 2 : 3; // hard-swish keeps its slope beside its output
    return {
      macs: (separable ? 0 : outside * input * expanded) + positions * (kernel * kernel * expanded + expanded * output),
      kept:
        (separable ? 0 : outside * activated * expanded) + positions * ((activated + (squeeze ? 1 : 0)) * expanded + 2 * output),
    };
  });
  return sum(first, ...middle, { macs: positions * last.input * last.output, kept: positions * 3 * last.output });
}

/** Linear to the hidden units, GELU, linear back, with the normalised input. */
function mlp(rows: number, dim: number, hidden: number): Cost {
  return { macs: rows * 2 * dim * hidden, kept: rows * (2 * dim + 2 * hidden) };
}

/** Layer norm, qkv, attention among `among` tokens, projection. */
function attention(rows: number, among: number, dim: number, heads: number): Cost {
  return { macs: rows * (4 * dim * dim + 2 * among * dim), kept: rows * (2 * dim + 4 * dim + among * heads) };
}

function vit({ patch, dim, depth, heads }: ViTDims, pixels: number): Cost {
  const tokens = pixels / patch ** 2 + 1;
  const stem = { macs: pixels * 3 * dim, kept: 0 };
  return sum(stem, times(depth, sum(attention(tokens, tokens, dim, heads), mlp(tokens, dim, 4 * dim))));
}

function swin({ patch, dim, depths, heads, window }: SwinDims, pixels: number): Cost {
  const stages = depths.map((depth, stage): Cost => {
    const tokens = pixels / (patch * 2 ** stage) ** 2;
    const c = dim * 2 ** stage;
    const merge = stage > 0 ? { macs: tokens * 2 * c * c, kept: tokens * 4 * c } : { macs: 0, kept: 0 };
    return sum(merge, times(depth, sum(attention(tokens, window ** 2, c, heads[stage]), mlp(tokens, c, 4 * c))));
  });
  return sum({ macs: pixels * 3 * dim, kept: (pixels / patch ** 2) * dim }, ...stages);
}

function fnet2d({ dim, depth, mult, patch }: FNet2dDims, height: number, width: number): Cost {
  const pixels = height * width;
  const tokens = pixels / patch ** 2;
  const kernel = patch === 1 ? 3 : patch;
  const stem = { macs: pixels * 27 * (dim / 2) + tokens * kernel * kernel * (dim / 2) * dim, kept: (pixels * dim) / 2 };
  const fourier = tokens * dim * ((height + width) / patch + 2 * dim);
  // norm and its input; slope of GELU, mask and result of dropout; mask of the second dropout
  const block = { macs: fourier + tokens * 2 * mult * dim * dim, kept: tokens * dim * (2 + 3 * mult + 1) };
  return sum(stem, times(depth, block));
}

function convmixer({ dim, depth, kernel, patch, activation }: ConvMixerDims, pixels: number): Cost {
  const tokens = pixels / patch ** 2;
  const activated = activation === 'relu' ? 1 : 2; // GELU keeps its slope beside its output
  const block = { macs: tokens * dim * (kernel * kernel + dim), kept: tokens * dim * (2 * activated + 2) };
  return sum({ macs: pixels * 3 * dim, kept: tokens * dim * (activated + 1) }, times(depth, block));
}

function mixer({ patch, dim, depth, tokenDim, channelDim }: MixerDims, pixels: number): Cost {
  const tokens = pixels / patch ** 2;
  const block = sum(mlp(dim, tokens, tokenDim), mlp(tokens, dim, channelDim));
  return sum({ macs: pixels * 3 * dim, kept: 0 }, times(depth, block));
}

function wavemix({ dim, depth, level, ff, mult, patch }: WaveMixDims, pixels: number): Cost {
  const tokens = pixels / patch ** 2;
  const stem = {
    macs: pixels * (27 * (dim / 4) + 9 * (dim / 4) * (dim / 2) + (dim / 2) * dim),
    kept: pixels * ((3 / 4) * dim) + tokens * 4 * dim,
  };
  let block: Cost = { macs: (tokens * dim * dim) / 4, kept: tokens * dim };
  for (let l = 1; l <= level; l++) {
    const inside = tokens / 4 ** l;
    const input = l === level ? dim : 1.5 * dim;
    const output = l === 1 ? dim : dim / 2;
    const hidden = mult * dim;
    block = sum(block, {
      macs: inside * (input * hidden + hidden * ff + 16 * ff * output),
      kept: inside * (input + 3 * hidden + ff + 4 * output),
    });
  }
  return sum(stem, times(depth, block));
}
