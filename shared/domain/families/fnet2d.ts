import { type Cost, sum, times } from './cost.ts';
import { AT_224, AT_64, IMAGENET, type FamilyFacts, type ImageSize, type Row } from './family.ts';

export interface FNet2dDims {
  readonly dim: number;
  readonly depth: number;
  /** the feed-forward's hidden channels, in multiples of dim */
  readonly mult: number;
  /** 1: one token per pixel, as published; larger: the stem's second convolution takes patches of so many pixels */
  readonly patch: number;
  readonly dropout: number;
}

/** Parses `fnet2d_128_5` or, with patches, `fnet2d_128_5_p4`; null for any other name or an odd dim. */
export function parseFNet2d(id: string): FNet2dDims | null {
  const match = /^fnet2d_(\d{1,4})_(\d{1,3})(?:_p([248]))?$/.exec(id);
  if (!match) return null;
  const [dim, depth] = [Number(match[1]), Number(match[2])];
  if (dim < 2 || dim % 2 !== 0 || depth < 1) return null;
  return { dim, depth, mult: 2, patch: Number(match[3] ?? 1), dropout: 0.5 };
}

/** Trainable parameters of a 2D-FNet, from its layer definitions. */
export function fnet2dParams({ dim: d, depth, mult, patch }: FNet2dDims, classes: number): number {
  const kernel = patch === 1 ? 3 : patch;
  const stem = 27 * (d / 2) + d / 2 + kernel * kernel * (d / 2) * d + d;
  const block = 2 * d + d * mult * d + mult * d + mult * d * d + d;
  return stem + depth * block + d * classes + classes;
}

export const fnet2d: FamilyFacts<'fnet2d', FNet2dDims> = {
  family: 'fnet2d',
  name: '2D-FNet',
  kind: 'token mixer',
  featureMap: true,
  citation: 'Jeevan, Sethi: Convolutional Xformers for Vision. 2022; after Lee-Thorp et al.: FNet. NAACL 2022.',
  url: 'https://arxiv.org/abs/2201.10271',
  sizeReason: 'cuts its input into whole patches',
  macsPerSecondAndCore: 64e9,
  peakPerKept: 1.13,
  // prettier-ignore
  variants: [
    row('fnet2d_128_5'),
    row('fnet2d_128_5_p4'),
    { ...row('fnet2d_16_2_p4'), ...AT_64 },
  ],
  /** 2D-FNet of any dimensions is known by its name. */
  find: (id) => (parseFNet2d(id) ? row(id) : null),
  cost,
};

function row(id: string): Row<'fnet2d', FNet2dDims> {
  const dims = parseFNet2d(id)!;
  return {
    ...IMAGENET,
    ...AT_224,
    id,
    family: 'fnet2d',
    name: `2D-FNet-${dims.dim}/${dims.depth}${dims.patch > 1 ? ` patch ${dims.patch}` : ''}`,
    dims,
    params: fnet2dParams(dims, 2),
    sizeMultiple: dims.patch,
    cropPct: 0.875,
  };
}

function cost({ dim, depth, mult, patch }: FNet2dDims, [height, width]: ImageSize): Cost {
  const pixels = height * width;
  const tokens = pixels / patch ** 2;
  const kernel = patch === 1 ? 3 : patch;
  const stem = { macs: pixels * 27 * (dim / 2) + tokens * kernel * kernel * (dim / 2) * dim, kept: (pixels * dim) / 2 };
  const fourier = tokens * dim * ((height + width) / patch + 2 * dim);
  // norm and its input; slope of GELU, mask and result of dropout; mask of the second dropout
  const block = { macs: fourier + tokens * 2 * mult * dim * dim, kept: tokens * dim * (2 + 3 * mult + 1) };
  return sum(stem, times(depth, block));
}
