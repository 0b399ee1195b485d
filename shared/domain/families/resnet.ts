import { type Cost, sum } from './cost.ts';
import { AT_224, AT_64, IMAGENET, type FamilyFacts, type ImageSize } from './family.ts';

export interface ResNetDims {
  readonly block: 'basic' | 'bottleneck';
  /** blocks per stage */
  readonly depths: readonly number[];
  /** channels inside the blocks of each stage; a bottleneck gives four times as many */
  readonly widths: readonly number[];
}

const WIDTHS = [64, 128, 256, 512];

/** What the variants have in common. */
const COMMON = { ...IMAGENET, ...AT_224, sizeMultiple: 1, family: 'resnet' } as const;

export const resnet: FamilyFacts<'resnet', ResNetDims> = {
  family: 'resnet',
  name: 'ResNet',
  kind: 'convolutional',
  featureMap: true,
  citation: 'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition. CVPR 2016.',
  url: 'https://arxiv.org/abs/1512.03385',
  sizeReason: 'takes any size',
  macsPerSecondAndCore: 100e9,
  peakPerKept: 1.5,
  // prettier-ignore
  variants: [
    { ...COMMON, id: 'resnet18', name: 'ResNet-18', params: 11_177_538, cropPct: 0.875, interpolation: 'bilinear', dims: { block: 'basic', depths: [2, 2, 2, 2], widths: WIDTHS } },
    { ...COMMON, id: 'resnet34', name: 'ResNet-34', params: 21_285_698, cropPct: 0.875, interpolation: 'bilinear', dims: { block: 'basic', depths: [3, 4, 6, 3], widths: WIDTHS } },
    { ...COMMON, id: 'resnet50', name: 'ResNet-50', params: 23_512_130, cropPct: 0.95, dims: { block: 'bottleneck', depths: [3, 4, 6, 3], widths: WIDTHS } },
    { ...COMMON, ...AT_64, id: 'resnet_test', name: 'ResNet-Mini', params: 84_914, dims: { block: 'basic', depths: [1, 1, 1, 1], widths: [16, 24, 32, 48] } },
  ],
  cost,
};

function cost({ block, depths, widths }: ResNetDims, [imageHeight, imageWidth]: ImageSize): Cost {
  const pixels = imageHeight * imageWidth;
  const stem = { macs: (pixels / 4) * 147 * 64, kept: (pixels / 4) * 64 * 2 + (pixels / 16) * 64 };
  let input = 64;
  const stages = depths.map((depth, stage) => {
    const positions = pixels / 4 ** (stage + 2);
    const width = widths[stage];
    const output = block === 'basic' ? width : 4 * width;
    const projects = stage > 0 || input !== output;
    const blocks = Array.from({ length: depth }, (_, i): Cost => {
      const c = i === 0 ? input : output;
      const before = i === 0 && stage > 0 ? 4 : 1; // the 1x1 in front of a stride works at the larger size
      const down = i === 0 && projects ? 1 : 0;
      if (block === 'basic')
        return {
          macs: positions * (9 * c * width + 9 * width * width + down * c * output),
          kept: positions * output * (4 + down),
        };
      return {
        macs: positions * (before * c * width + 9 * width * width + width * output + down * c * output),
        kept: positions * (before * 2 * width + 2 * width + (2 + down) * output),
      };
    });
    input = output;
    return sum(...blocks);
  });
  return sum(stem, ...stages);
}
