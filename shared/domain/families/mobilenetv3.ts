import { type Cost, sum } from './cost.ts';
import { AT_224, AT_64, IMAGENET, type FamilyFacts, type ImageSize } from './family.ts';

export interface MobileNetV3Dims {
  /** channels of the stem */
  readonly stem: number;
  readonly blocks: readonly InvertedResidual[];
  /** the 1x1 convolution behind the blocks */
  readonly last: { readonly name: string; readonly input: number; readonly output: number };
}

export interface InvertedResidual {
  /** timm's */
  readonly name: string;
  readonly input: number;
  /** channels of the depthwise convolution; equal to `input` where nothing expands them */
  readonly expanded: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  /** channels inside squeeze-excite, where there is one */
  readonly squeeze: number | null;
  readonly activation: 'relu' | 'hard-swish';
  /** the first block has no 1x1 convolution in front; timm then calls the one behind `conv_pw` */
  readonly separable: boolean;
}

/** The shape of MobileNetV3-Small (arXiv 1905.02244) with its channels multiplied, by timm's rules. */

/** Channels of the stem: timm does not multiply them below 0.75, and rounds them to the same above. */
const STEM = 16;
const LAST = 576;

/** timm's `arch_def`: per stage [repeats, kernel, stride, expansion, channels, squeeze-excite, ReLU or hard-swish]. */
type Stage = readonly (readonly [number, number, number, number, number, boolean, 'relu' | 'hard-swish'])[];
const STAGES: readonly Stage[] = [
  [[1, 3, 2, 1, 16, true, 'relu']],
  [
    [1, 3, 2, 4.5, 24, false, 'relu'],
    [1, 3, 1, 3.67, 24, false, 'relu'],
  ],
  [
    [1, 5, 2, 4, 40, true, 'hard-swish'],
    [2, 5, 1, 6, 40, true, 'hard-swish'],
  ],
  [[2, 5, 1, 3, 48, true, 'hard-swish']],
  [[3, 5, 2, 6, 96, true, 'hard-swish']],
];

function mobileNetV3Small(multiplier: number): MobileNetV3Dims {
  let input = STEM;
  const blocks = STAGES.flatMap((stage, s) =>
    stage
      .flatMap(([repeats, kernel, stride, expansion, channels, squeezeExcite, activation]) =>
        Array.from({ length: repeats }, (_, i) => ({
          kernel,
          stride: i === 0 ? stride : 1,
          expansion,
          output: divisible(channels * multiplier),
          squeezed: squeezeExcite,
          activation,
        })),
      )
      .map(({ expansion, squeezed, ...row }, i): InvertedResidual => {
        const separable = s === 0;
        const expanded = separable ? input : divisible(input * expansion);
        const squeeze = squeezed ? divisible(expanded / 4) : null;
        const block = { ...row, name: `blocks.${s}.${i}`, input, expanded, squeeze, separable };
        input = row.output;
        return block;
      }),
  );
  return { stem: STEM, blocks, last: { name: `blocks.${STAGES.length}.0`, input, output: divisible(LAST * multiplier) } };
}

/** timm's `make_divisible`: the nearest multiple of 8, at least 8, never below nine tenths. */
function divisible(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/** What the variants have in common. */
const COMMON = { ...IMAGENET, ...AT_224, sizeMultiple: 1, cropPct: 0.875, family: 'mobilenetv3' } as const;

export const mobilenetv3: FamilyFacts<'mobilenetv3', MobileNetV3Dims> = {
  family: 'mobilenetv3',
  name: 'MobileNetV3',
  kind: 'convolutional',
  featureMap: true,
  citation: 'Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le, Adam: Searching for MobileNetV3. ICCV 2019.',
  url: 'https://arxiv.org/abs/1905.02244',
  sizeReason: 'takes any size',
  macsPerSecondAndCore: 15e9,
  peakPerKept: 1.5,
  // prettier-ignore
  variants: [
    { ...COMMON, id: 'mobilenetv3_small_050', name: 'MobileNetV3-Small 0.5', params: 570_274, dims: mobileNetV3Small(0.5) },
    { ...COMMON, id: 'mobilenetv3_small_075', name: 'MobileNetV3-Small 0.75', params: 1_018_922, dims: mobileNetV3Small(0.75) },
    { ...COMMON, id: 'mobilenetv3_small_100', name: 'MobileNetV3-Small 1.0', params: 1_519_906, dims: mobileNetV3Small(1) },
    { ...COMMON, ...AT_64, id: 'mobilenetv3_test', name: 'MobileNetV3-Mini', params: 247_170, dims: mobileNetV3Small(0.25) },
  ],
  cost,
};

function cost({ stem, blocks, last }: MobileNetV3Dims, [height, width]: ImageSize): Cost {
  const pixels = height * width;
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
