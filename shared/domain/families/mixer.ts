import { type Cost, mlp, sum, times } from './cost.ts';
import { AT_224, AT_64, INCEPTION, type FamilyFacts, type ImageSize } from './family.ts';

export interface MixerDims {
  readonly patch: number;
  readonly dim: number;
  readonly depth: number;
  /** hidden units of the MLP over tokens */
  readonly tokenDim: number;
  /** hidden units of the MLP over channels */
  readonly channelDim: number;
}

/** What the variants have in common. */
const COMMON = { ...INCEPTION, ...AT_224, sizeMultiple: 16, cropPct: 0.875, family: 'mixer' } as const;

export const mixer: FamilyFacts<'mixer', MixerDims> = {
  family: 'mixer',
  name: 'MLP-Mixer',
  kind: 'token mixer',
  featureMap: true,
  citation: 'Tolstikhin et al.: MLP-Mixer: An all-MLP Architecture for Vision. NeurIPS 2021.',
  url: 'https://arxiv.org/abs/2105.01601',
  sizeReason: 'cuts its input into whole patches',
  macsPerSecondAndCore: 88e9,
  peakPerKept: 1.27,
  // prettier-ignore
  variants: [
    { ...COMMON, id: 'mixer_s16_224', name: 'Mixer-S/16', params: 18_016_290, dims: { patch: 16, dim: 512, depth: 8, tokenDim: 256, channelDim: 2048 } },
    { ...COMMON, id: 'mixer_b16_224', name: 'Mixer-B/16', params: 59_113_010, dims: { patch: 16, dim: 768, depth: 12, tokenDim: 384, channelDim: 3072 } },
    { ...COMMON, ...AT_64, sizeMultiple: 8, id: 'mixer_test', name: 'MLP-Mixer-Mini', params: 75_530, dims: { patch: 8, dim: 48, depth: 3, tokenDim: 24, channelDim: 192 } },
  ],
  cost,
};

function cost({ patch, dim, depth, tokenDim, channelDim }: MixerDims, [height, width]: ImageSize): Cost {
  const pixels = height * width;
  const tokens = pixels / patch ** 2;
  const block = sum(mlp(dim, tokens, tokenDim), mlp(tokens, dim, channelDim));
  return sum({ macs: pixels * 3 * dim, kept: 0 }, times(depth, block));
}
