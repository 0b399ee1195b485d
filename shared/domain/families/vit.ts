import { attention, type Cost, mlp, sum, times } from './cost.ts';
import { AT_224, AT_64, INCEPTION, type FamilyFacts, type ImageSize } from './family.ts';

export interface ViTDims {
  /** side of a patch in pixels */
  readonly patch: number;
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
}

/** What the variants have in common. */
const COMMON = { ...INCEPTION, ...AT_224, sizeMultiple: 16, cropPct: 0.9, family: 'vit' } as const;

export const vit: FamilyFacts<'vit', ViTDims> = {
  family: 'vit',
  name: 'ViT',
  kind: 'attention',
  featureMap: false,
  citation: 'Dosovitskiy et al.: An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale. ICLR 2021.',
  url: 'https://arxiv.org/abs/2010.11929',
  sizeReason: 'cuts its input into whole patches',
  macsPerSecondAndCore: 79e9,
  peakPerKept: 1.28,
  // prettier-ignore
  variants: [
    { ...COMMON, id: 'vit_tiny_patch16_224', name: 'ViT-Ti/16', params: 5_524_802, dims: { patch: 16, dim: 192, depth: 12, heads: 3 } },
    { ...COMMON, id: 'vit_small_patch16_224', name: 'ViT-S/16', params: 21_666_434, dims: { patch: 16, dim: 384, depth: 12, heads: 6 } },
    { ...COMMON, id: 'vit_base_patch16_224', name: 'ViT-B/16', params: 85_800_194, dims: { patch: 16, dim: 768, depth: 12, heads: 12 } },
    { ...COMMON, ...AT_64, sizeMultiple: 8, id: 'vit_test', name: 'ViT-Mini', params: 97_442, dims: { patch: 8, dim: 48, depth: 3, heads: 3 } },
  ],
  cost,
};

function cost({ patch, dim, depth, heads }: ViTDims, [height, width]: ImageSize): Cost {
  const pixels = height * width;
  const tokens = pixels / patch ** 2 + 1;
  const stem = { macs: pixels * 3 * dim, kept: 0 };
  return sum(stem, times(depth, sum(attention(tokens, tokens, dim, heads), mlp(tokens, dim, 4 * dim))));
}
