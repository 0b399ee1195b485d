import { attention, type Cost, mlp, sum, times } from './cost.ts';
import { AT_224, AT_64, IMAGENET, type FamilyFacts, type ImageSize } from './family.ts';

export interface SwinDims {
  readonly patch: number;
  /** channels of the first stage; each further stage has twice as many */
  readonly dim: number;
  /** blocks per stage */
  readonly depths: readonly number[];
  /** attention heads per stage */
  readonly heads: readonly number[];
  /** side of a window in tokens */
  readonly window: number;
  /** stochastic depth of the last block; it grows linearly from 0 */
  readonly dropPath: number;
}

/** What the variants have in common. */
const COMMON = { ...IMAGENET, ...AT_224, sizeMultiple: 224, cropPct: 0.9, family: 'swin' } as const;

export const swin: FamilyFacts<'swin', SwinDims> = {
  family: 'swin',
  name: 'Swin Transformer',
  kind: 'attention',
  featureMap: true,
  citation:
    'Liu, Lin, Cao, Hu, Wei, Zhang, Lin, Guo: Swin Transformer: Hierarchical Vision Transformer using Shifted Windows. ICCV 2021.',
  url: 'https://arxiv.org/abs/2103.14030',
  sizeReason: 'cuts every stage into whole windows',
  macsPerSecondAndCore: 84e9,
  peakPerKept: 1.45,
  // prettier-ignore
  variants: [
    { ...COMMON, id: 'swin_tiny_patch4_window7_224', name: 'Swin-T', params: 27_520_892, dims: { patch: 4, dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24], window: 7, dropPath: 0.1 } },
    { ...COMMON, id: 'swin_base_patch4_window7_224', name: 'Swin-B', params: 86_745_274, dims: { patch: 4, dim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32], window: 7, dropPath: 0.1 } },
    { ...COMMON, ...AT_64, sizeMultiple: 32, id: 'swin_test', name: 'Swin-Mini', params: 77_798, dims: { patch: 4, dim: 24, depths: [2, 2], heads: [2, 4], window: 4, dropPath: 0.1 } },
  ],
  cost,
};

function cost({ patch, dim, depths, heads, window }: SwinDims, [height, width]: ImageSize): Cost {
  const pixels = height * width;
  const stages = depths.map((depth, stage): Cost => {
    const tokens = pixels / (patch * 2 ** stage) ** 2;
    const c = dim * 2 ** stage;
    const merge = stage > 0 ? { macs: tokens * 2 * c * c, kept: tokens * 4 * c } : { macs: 0, kept: 0 };
    return sum(merge, times(depth, sum(attention(tokens, window ** 2, c, heads[stage]), mlp(tokens, c, 4 * c))));
  });
  return sum({ macs: pixels * 3 * dim, kept: (pixels / patch ** 2) * dim }, ...stages);
}
