/**
 * The model catalogue: one typed row per variant. timm's names; parameter counts with two classes; preprocessing (mean, std, crop)
 * belongs to the row, as in timm's `default_cfgs`.
 */
import type { FamilyDims, FNet2dDims, WaveMixDims } from './dims.ts';
import type { Family } from './families.ts';
import { mobileNetV3Small } from './mobilenetv3.ts';

interface Row<F extends Family> {
  /** timm's name, where timm has the network: see {@link timmName} */
  readonly id: string;
  readonly family: F;
  /** name as a researcher reads it */
  readonly name: string;
  readonly dims: FamilyDims[F];
  /** trainable parameters with two classes at `inputSize` */
  readonly params: number;
  /** square input in pixels of the published recipe */
  readonly inputSize: number;
  /** input height and width must be multiples of this */
  readonly sizeMultiple: number;
  readonly mean: Triple;
  readonly std: Triple;
  /** evaluation: the short side is resized to inputSize / cropPct, then the centre is cropped */
  readonly cropPct: number;
  readonly interpolation: 'bilinear' | 'bicubic';
  /** a small network for demonstrations and tests, not one of the published variants */
  readonly small?: boolean;
}

type Triple = readonly [number, number, number];

/** A row of the catalogue. `family` says which dimensions it has. */
export type Variant<F extends Family = Family> = { [K in F]: Row<K> }[F];

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const INCEPTION = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
const AT_224 = { inputSize: 224, interpolation: 'bicubic' } as const;
/** of networks for tests */
const AT_64 = { inputSize: 64, interpolation: 'bicubic', cropPct: 0.875, small: true } as const;

const RESNET = { ...IMAGENET, ...AT_224, family: 'resnet', sizeMultiple: 1 } as const;
const MOBILENET = { ...IMAGENET, ...AT_224, family: 'mobilenetv3', sizeMultiple: 1, cropPct: 0.875 } as const;
const VIT = { ...INCEPTION, ...AT_224, family: 'vit', sizeMultiple: 16, cropPct: 0.9 } as const;
const SWIN = { ...IMAGENET, ...AT_224, family: 'swin', sizeMultiple: 224, cropPct: 0.9 } as const;
const CONVMIXER = { ...IMAGENET, ...AT_224, family: 'convmixer', cropPct: 0.96 } as const;
const MIXER = { ...INCEPTION, ...AT_224, family: 'mixer', sizeMultiple: 16, cropPct: 0.875 } as const;
const WIDTHS = [64, 128, 256, 512];

// prettier-ignore
export const VARIANTS: readonly Variant[] = [
  { ...RESNET, id: 'resnet18', name: 'ResNet-18', params: 11_177_538, cropPct: 0.875, interpolation: 'bilinear', dims: { block: 'basic', depths: [2, 2, 2, 2], widths: WIDTHS } },
  { ...RESNET, id: 'resnet34', name: 'ResNet-34', params: 21_285_698, cropPct: 0.875, interpolation: 'bilinear', dims: { block: 'basic', depths: [3, 4, 6, 3], widths: WIDTHS } },
  { ...RESNET, id: 'resnet50', name: 'ResNet-50', params: 23_512_130, cropPct: 0.95, dims: { block: 'bottleneck', depths: [3, 4, 6, 3], widths: WIDTHS } },
  { ...RESNET, ...AT_64, id: 'resnet_test', name: 'ResNet (test)', params: 84_914, dims: { block: 'basic', depths: [1, 1, 1, 1], widths: [16, 24, 32, 48] } },

  { ...MOBILENET, id: 'mobilenetv3_small_050', name: 'MobileNetV3-Small 0.5', params: 570_274, dims: mobileNetV3Small(0.5) },
  { ...MOBILENET, id: 'mobilenetv3_small_075', name: 'MobileNetV3-Small 0.75', params: 1_018_922, dims: mobileNetV3Small(0.75) },
  { ...MOBILENET, id: 'mobilenetv3_small_100', name: 'MobileNetV3-Small 1.0', params: 1_519_906, dims: mobileNetV3Small(1) },
  { ...MOBILENET, ...AT_64, id: 'mobilenetv3_test', name: 'MobileNetV3 (test)', params: 247_170, dims: mobileNetV3Small(0.25) },

  { ...VIT, id: 'vit_tiny_patch16_224', name: 'ViT-Ti/16', params: 5_524_802, dims: { patch: 16, dim: 192, depth: 12, heads: 3 } },
  { ...VIT, id: 'vit_small_patch16_224', name: 'ViT-S/16', params: 21_666_434, dims: { patch: 16, dim: 384, depth: 12, heads: 6 } },
  { ...VIT, id: 'vit_base_patch16_224', name: 'ViT-B/16', params: 85_800_194, dims: { patch: 16, dim: 768, depth: 12, heads: 12 } },
  { ...VIT, ...AT_64, sizeMultiple: 8, id: 'vit_test', name: 'ViT (test)', params: 97_442, dims: { patch: 8, dim: 48, depth: 3, heads: 3 } },

  { ...SWIN, id: 'swin_tiny_patch4_window7_224', name: 'Swin-T', params: 27_520_892, dims: { patch: 4, dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24], window: 7, dropPath: 0.1 } },
  { ...SWIN, id: 'swin_base_patch4_window7_224', name: 'Swin-B', params: 86_745_274, dims: { patch: 4, dim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32], window: 7, dropPath: 0.1 } },
  { ...SWIN, ...AT_64, sizeMultiple: 32, id: 'swin_test', name: 'Swin (test)', params: 77_798, dims: { patch: 4, dim: 24, depths: [2, 2], heads: [2, 4], window: 4, dropPath: 0.1 } },

  fnet2d('fnet2d_128_5'),
  fnet2d('fnet2d_128_5_p4'),
  { ...fnet2d('fnet2d_16_2_p4'), ...AT_64 },

  { ...CONVMIXER, id: 'convmixer_1536_20', name: 'ConvMixer-1536/20', params: 50_092_034, sizeMultiple: 7, dims: { dim: 1536, depth: 20, kernel: 9, patch: 7, activation: 'gelu' } },
  { ...CONVMIXER, id: 'convmixer_768_32', name: 'ConvMixer-768/32', params: 20_342_786, sizeMultiple: 7, dims: { dim: 768, depth: 32, kernel: 7, patch: 7, activation: 'relu' } },
  { ...CONVMIXER, id: 'convmixer_1024_20_ks9_p14', name: 'ConvMixer-1024/20', params: 23_360_514, sizeMultiple: 14, dims: { dim: 1024, depth: 20, kernel: 9, patch: 14, activation: 'gelu' } },
  { ...CONVMIXER, ...AT_64, id: 'convmixer_test', name: 'ConvMixer (test)', params: 7_746, sizeMultiple: 4, dims: { dim: 32, depth: 3, kernel: 5, patch: 4, activation: 'gelu' } },

  { ...MIXER, id: 'mixer_s16_224', name: 'Mixer-S/16', params: 18_016_290, dims: { patch: 16, dim: 512, depth: 8, tokenDim: 256, channelDim: 2048 } },
  { ...MIXER, id: 'mixer_b16_224', name: 'Mixer-B/16', params: 59_113_010, dims: { patch: 16, dim: 768, depth: 12, tokenDim: 384, channelDim: 3072 } },
  { ...MIXER, ...AT_64, sizeMultiple: 8, id: 'mixer_test', name: 'MLP-Mixer (test)', params: 75_530, dims: { patch: 8, dim: 48, depth: 3, tokenDim: 24, channelDim: 192 } },

  wavemix('wavemix_224_10'),
  wavemix('wavemix_224_10_l2'),
  wavemix('wavemix_224_10_l3'),
  wavemix('wavemix_224_10_l4'),
  { ...wavemix('wavemix_32_4'), ...AT_64 },
];

/** The row of a variant. WaveMix and 2D-FNet of any dimensions are known by their names. */
export function findVariant(id: string): Variant | null {
  const row = VARIANTS.find((v) => v.id === id);
  if (row) return row;
  if (parseWaveMix(id)) return wavemix(id);
  return parseFNet2d(id) ? fnet2d(id) : null;
}

/** What `timm.create_model` calls this network, or null where timm has none: WaveMix, 2D-FNet, and the small ones. */
export function timmName({ id, family, small }: Variant): string | null {
  return small || family === 'wavemix' || family === 'fnet2d' ? null : id;
}

/** Parses `wavemix_224_10` or `wavemix_192_16_l3`; null for any other name or a dim that 4 does not divide. */
export function parseWaveMix(id: string): WaveMixDims | null {
  const match = /^wavemix_(\d{1,4})_(\d{1,3})(?:_l([1-4]))?$/.exec(id);
  if (!match) return null;
  const [dim, depth] = [Number(match[1]), Number(match[2])];
  if (dim < 4 || dim % 4 !== 0 || depth < 1) return null;
  return { dim, depth, level: Number(match[3] ?? 1) as WaveMixDims['level'], ff: dim, mult: 2, patch: 4, dropout: 0.5 };
}

/** Parses `fnet2d_128_5` or, with patches, `fnet2d_128_5_p4`; null for any other name or an odd dim. */
export function parseFNet2d(id: string): FNet2dDims | null {
  const match = /^fnet2d_(\d{1,4})_(\d{1,3})(?:_p([248]))?$/.exec(id);
  if (!match) return null;
  const [dim, depth] = [Number(match[1]), Number(match[2])];
  if (dim < 2 || dim % 2 !== 0 || depth < 1) return null;
  return { dim, depth, mult: 2, patch: Number(match[3] ?? 1), dropout: 0.5 };
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

/** Trainable parameters of a 2D-FNet, from its layer definitions. */
export function fnet2dParams({ dim: d, depth, mult, patch }: FNet2dDims, classes: number): number {
  const kernel = patch === 1 ? 3 : patch;
  const stem = 27 * (d / 2) + d / 2 + kernel * kernel * (d / 2) * d + d;
  const block = 2 * d + d * mult * d + mult * d + mult * d * d + d;
  return stem + depth * block + d * classes + classes;
}

function wavemix(id: string): Variant<'wavemix'> {
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

function fnet2d(id: string): Variant<'fnet2d'> {
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

const SMALLEST = 32;

/** Why this variant cannot take this input, or null. Names the nearest sizes that work. */
export function inputSizeProblem(variant: Variant, [height, width]: readonly [number, number]): string | null {
  const m = variant.sizeMultiple;
  if (height < SMALLEST || width < SMALLEST)
    return `${variant.name} needs an input of at least ${SMALLEST} x ${SMALLEST} pixels, not ${height} x ${width}.`;
  if (height % m === 0 && width % m === 0) return null;
  const near = (n: number) => Math.max(Math.ceil(SMALLEST / m), Math.round(n / m)) * m;
  const reason = REASONS[variant.family];
  return `${variant.name} ${reason}: height and width must be multiples of ${m}, not ${height} x ${width}. Try ${near(height)} x ${near(width)}.`;
}

/** Why a family's input must be a multiple of something. */
const REASONS: Readonly<Record<Family, string>> = {
  resnet: 'takes any size',
  mobilenetv3: 'takes any size',
  vit: 'cuts its input into whole patches',
  swin: 'cuts every stage into whole windows',
  fnet2d: 'cuts its input into whole patches',
  convmixer: 'cuts its input into whole patches',
  mixer: 'cuts its input into whole patches',
  wavemix: 'cuts its input into patches and halves them at every level',
};
