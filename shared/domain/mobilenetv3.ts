/** The shape of MobileNetV3-Small (arXiv 1905.02244) with its channels multiplied, by timm's rules. */
import type { InvertedResidual, MobileNetV3Dims } from './dims.ts';

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

export function mobileNetV3Small(multiplier: number): MobileNetV3Dims {
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
