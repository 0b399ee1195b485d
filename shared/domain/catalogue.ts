/**
 * The model catalogue: one typed row per variant. timm's names; parameter counts with two classes; preprocessing (mean, std, crop) belongs to the row, as in timm's `default_cfgs`.
 */
export type Family = 'resnet' | 'wavemix';

export interface FamilyFacts {
  readonly family: Family;
  readonly name: string;
  readonly kind: 'convolutional' | 'attention' | 'token mixer';
  readonly citation: string;
  readonly url: string;
}

export const FAMILIES: readonly FamilyFacts[] = [
  {
    family: 'resnet',
    name: 'ResNet',
    kind: 'convolutional',
    citation: 'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition. CVPR 2016.',
    url: 'https://arxiv.org/abs/1512.03385',
  },
  {
    family: 'wavemix',
    name: 'WaveMix',
    kind: 'token mixer',
    citation: 'Jeevan, Viswanathan, Anandu, Sethi: WaveMix: A Resource-efficient Neural Network for Image Analysis. 2022.',
    url: 'https://arxiv.org/abs/2205.14375',
  },
];

export interface Variant {
  readonly id: string;
  readonly family: Family;
  /** name as a researcher reads it */
  readonly name: string;
  /** trainable parameters with two classes */
  readonly params: number;
  /** square input in pixels of the published recipe */
  readonly inputSize: number;
  /** input height and width must be multiples of this */
  readonly sizeMultiple: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** evaluation: the short side is resized to inputSize / cropPct, then the centre is cropped */
  readonly cropPct: number;
  readonly interpolation: 'bilinear' | 'bicubic';
  /** multiply-accumulate operations of one forward pass at `inputSize`, in units of 10^9: for time estimates */
  readonly gmacs: number;
  /** float32 values kept for the backward pass per input pixel: for memory estimates */
  readonly activationsPerPixel: number;
  /** a small network for demonstrations and tests, not one of the published variants */
  readonly small?: boolean;
}

const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
const IMAGENET_STD = [0.229, 0.224, 0.225] as const;

/** Dimensions of a WaveMix (arXiv 2205.14375): `wavemix_<dim>_<depth>`, with `_l<level>` for a level other than 1. */
export interface WaveMixConfig {
  readonly dim: number;
  readonly depth: number;
  readonly level: 1 | 2 | 3 | 4;
  readonly ff: number;
  readonly mult: number;
  readonly patch: number;
  readonly dropout: number;
}

/** Parses `wavemix_224_10` or `wavemix_192_16_l3`; null for any other name or a dim that 4 does not divide. */
export function parseWaveMix(id: string): WaveMixConfig | null {
  const match = /^wavemix_(\d{1,4})_(\d{1,3})(?:_l([1-4]))?$/.exec(id);
  if (!match) return null;
  const dim = Number(match[1]);
  const depth = Number(match[2]);
  if (dim < 4 || dim % 4 !== 0 || depth < 1) return null;
  return { dim, depth, level: Number(match[3] ?? 1) as WaveMixConfig['level'], ff: dim, mult: 2, patch: 4, dropout: 0.5 };
}

/** Trainable parameters of a WaveMix with the "pachify" stem, from its layer definitions. */
export function waveMixParams({ dim: c, depth, level, ff, mult, patch }: WaveMixConfig, classes: number): number {
  const stem = 27 * (c / 4) + c / 4 + 9 * (c / 4) * (c / 2) + c / 2 + patch * patch * (c / 2) * c + c + 2 * c;
  const block = (input: number, output: number) =>
    input * mult * c + mult * c + mult * c * ff + ff + 16 * ff * output + output + 2 * output;
  let levels = 0;
  for (let l = level; l >= 1; l--) levels += block(l === level ? c : 1.5 * c, l === 1 ? c : c / 2);
  return stem + depth * (c * (c / 4) + c / 4 + levels) + c * classes + classes;
}

function waveMixVariant(id: string, small = false): Variant {
  const config = parseWaveMix(id)!;
  const { dim, depth, level } = config;
  // per token at 1/4 resolution: reduction, then per level (each a quarter of the tokens) two 1x1 convolutions and the upsampling
  const macsPerToken = dim * (dim / 4) + (1 / 4) * (dim * 2 * dim + 2 * dim * dim) + 4 * dim * dim;
  return {
    id,
    family: 'wavemix',
    name: `WaveMix-${dim}/${depth}${level > 1 ? ` level ${level}` : ''}`,
    params: waveMixParams(config, 2),
    inputSize: 224,
    sizeMultiple: config.patch * 2 ** level,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    cropPct: 0.875,
    interpolation: 'bicubic',
    gmacs:
      ((224 / 4) ** 2 * depth * macsPerToken + 224 * 224 * (27 * (dim / 4) + 9 * (dim / 4) * (dim / 2) + (dim / 2) * dim)) / 1e9,
    activationsPerPixel: (depth * (dim / 4 + dim / 4 + 1.5 * dim + 3 * dim)) / 16 + dim,
    ...(small && { small }),
  };
}

export const VARIANTS: readonly Variant[] = [
  {
    id: 'resnet18',
    family: 'resnet',
    name: 'ResNet-18',
    params: 11_177_538,
    inputSize: 224,
    sizeMultiple: 1,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    cropPct: 0.875,
    interpolation: 'bilinear',
    gmacs: 1.82,
    activationsPerPixel: 110,
  },
  waveMixVariant('wavemix_224_10'),
  waveMixVariant('wavemix_224_10_l2'),
  waveMixVariant('wavemix_224_10_l3'),
  waveMixVariant('wavemix_224_10_l4'),
  waveMixVariant('wavemix_32_4', true),
];

/** The row of a variant. WaveMix of any dim, depth and level is known by its name. */
export function findVariant(id: string): Variant | null {
  return VARIANTS.find((v) => v.id === id) ?? (parseWaveMix(id) ? waveMixVariant(id) : null);
}

/** Why this variant cannot take this input, or null. Names the nearest sizes that work. */
export function inputSizeProblem(variant: Variant, [height, width]: readonly [number, number]): string | null {
  const m = variant.sizeMultiple;
  if (height < 32 || width < 32) return `${variant.name} needs an input of at least 32 x 32 pixels, not ${height} x ${width}.`;
  if (height % m === 0 && width % m === 0) return null;
  const near = (n: number) => Math.max(Math.ceil(32 / m), Math.round(n / m)) * m;
  return `${variant.name} halves its input ${Math.log2(m)} times: height and width must be multiples of ${m}, not ${height} x ${width}. Try ${near(height)} x ${near(width)}.`;
}
