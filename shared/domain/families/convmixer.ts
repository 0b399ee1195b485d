import { type Cost, sum, times } from './cost.ts';
import { AT_224, AT_64, IMAGENET, type FamilyFacts, type ImageSize } from './family.ts';

export interface ConvMixerDims {
  readonly dim: number;
  readonly depth: number;
  readonly kernel: number;
  readonly patch: number;
  readonly activation: 'gelu' | 'relu';
}

/** What the variants have in common. */
const COMMON = { ...IMAGENET, ...AT_224, cropPct: 0.96, family: 'convmixer' } as const;

export const convmixer: FamilyFacts<'convmixer', ConvMixerDims> = {
  family: 'convmixer',
  name: 'ConvMixer',
  kind: 'token mixer',
  featureMap: true,
  citation: 'Trockman, Kolter: Patches Are All You Need? TMLR 2023.',
  url: 'https://arxiv.org/abs/2201.09792',
  sizeReason: 'cuts its input into whole patches',
  macsPerSecondAndCore: 66e9,
  peakPerKept: 1.3,
  // prettier-ignore
  variants: [
    { ...COMMON, id: 'convmixer_1536_20', name: 'ConvMixer-1536/20', params: 50_092_034, sizeMultiple: 7, dims: { dim: 1536, depth: 20, kernel: 9, patch: 7, activation: 'gelu' } },
    { ...COMMON, id: 'convmixer_768_32', name: 'ConvMixer-768/32', params: 20_342_786, sizeMultiple: 7, dims: { dim: 768, depth: 32, kernel: 7, patch: 7, activation: 'relu' } },
    { ...COMMON, id: 'convmixer_1024_20_ks9_p14', name: 'ConvMixer-1024/20', params: 23_360_514, sizeMultiple: 14, dims: { dim: 1024, depth: 20, kernel: 9, patch: 14, activation: 'gelu' } },
    { ...COMMON, ...AT_64, id: 'convmixer_test', name: 'ConvMixer-32/3', params: 7_746, sizeMultiple: 4, dims: { dim: 32, depth: 3, kernel: 5, patch: 4, activation: 'gelu' } },
  ],
  cost,
};

function cost({ dim, depth, kernel, patch, activation }: ConvMixerDims, [height, width]: ImageSize): Cost {
  const pixels = height * width;
  const tokens = pixels / patch ** 2;
  const activated = activation === 'relu' ? 1 : 2; // GELU keeps its slope beside its output
  const block = { macs: tokens * dim * (kernel * kernel + dim), kept: tokens * dim * (2 * activated + 2) };
  return sum({ macs: pixels * 3 * dim, kept: tokens * dim * (activated + 1) }, times(depth, block));
}
