import { type Cost, sum, times } from './cost.ts';
import { AT_224, AT_64, IMAGENET, type FamilyFacts, type ImageSize, type Row } from './family.ts';

/** arXiv 2205.14375 */
export interface WaveMixDims {
  readonly dim: number;
  readonly depth: number;
  /** levels of the wavelet transform */
  readonly level: 1 | 2 | 3 | 4;
  /** channels in front of the upsampling */
  readonly ff: number;
  readonly mult: number;
  readonly patch: number;
  readonly dropout: number;
}

/** Parses `wavemix_224_10` or `wavemix_192_16_l3`; null for any other name or a dim that 4 does not divide. */
export function parseWaveMix(id: string): WaveMixDims | null {
  const match = /^wavemix_(\d{1,4})_(\d{1,3})(?:_l([1-4]))?$/.exec(id);
  if (!match) return null;
  const [dim, depth] = [Number(match[1]), Number(match[2])];
  if (dim < 4 || dim % 4 !== 0 || depth < 1) return null;
  return { dim, depth, level: Number(match[3] ?? 1) as WaveMixDims['level'], ff: dim, mult: 2, patch: 4, dropout: 0.5 };
}

/** Trainable parameters of a WaveMix with the "pachify" stem, from its layer definitions. */
export function waveMixParams({ dim: c, depth, level, ff, mult, patch }: WaveMixDims, classes: number): number {
  const stem = 27 * (c / 4) + c / 4 + 9 * (c / 4) * (c / 2) + c / 2 + patch * patch * (c / 2) * c + c + 2 * c;
  const block = (input: number, output: number) =>
    input * mult * c + mult * c + mult * c * ff + ff + 16 * ff * output + output + 2 * output;
  let levels = 0;
  for (let l = level; l >= 1; l--) levels += block(l === level ? c : 1.5 * c, l === 1 ? c : c / 2);
  return stem + depth * (c * (c / 4) + c / 4 + levels) + c * classes + classes;
}

export const wavemix: FamilyFacts<'wavemix', WaveMixDims> = {
  family: 'wavemix',
  name: 'WaveMix',
  kind: 'token mixer',
  featureMap: true,
  citation: 'Jeevan, Viswanathan, Anandu, Sethi: WaveMix: A Resource-efficient Neural Network for Image Analysis. 2022.',
  url: 'https://arxiv.org/abs/2205.14375',
  sizeReason: 'cuts its input into patches and halves them at every level',
  macsPerSecondAndCore: 75e9,
  peakPerKept: 1.17,
  // prettier-ignore
  variants: [
    row('wavemix_224_10'),
    row('wavemix_224_10_l2'),
    row('wavemix_224_10_l3'),
    row('wavemix_224_10_l4'),
    { ...row('wavemix_32_4'), ...AT_64 },
  ],
  /** WaveMix of any dimensions is known by its name. */
  find: (id) => (parseWaveMix(id) ? row(id) : null),
  cost,
};

function row(id: string): Row<'wavemix', WaveMixDims> {
  const dims = parseWaveMix(id)!;
  const sizeMultiple = dims.patch * 2 ** dims.level;
  return {
    ...IMAGENET,
    ...AT_224,
    id,
    family: 'wavemix',
    name: `WaveMix-${dims.dim}/${dims.depth}${dims.level > 1 ? ` level ${dims.level}` : ''}`,
    dims,
    params: waveMixParams(dims, 2),
    inputSize: Math.ceil(224 / sizeMultiple) * sizeMultiple, // 256 for level 4
    sizeMultiple,
    cropPct: 0.875,
  };
}

function cost({ dim, depth, level, ff, mult, patch }: WaveMixDims, [height, width]: ImageSize): Cost {
  const pixels = height * width;
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
