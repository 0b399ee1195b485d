import type { Cost } from './cost.ts';

/** Height and width in pixels. */
export type ImageSize = readonly [height: number, width: number];

type Triple = readonly [number, number, number];

/** A variant: one typed row of the catalogue. Preprocessing (mean, std, crop) belongs to it, as in timm's `default_cfgs`. */
export interface Row<F extends string, D> {
  /** timm's name, where timm has the network: see `timmName` */
  readonly id: string;
  readonly family: F;
  /** name as a researcher reads it */
  readonly name: string;
  readonly dims: D;
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

/** What networks mix positions by, which decides how they are trained best. */
export const NETWORK_KINDS = ['convolutional', 'attention', 'token mixer'] as const;

/** All that is known of a family of networks, but for its layers: those are in main/models. */
export interface FamilyFacts<F extends string, D> {
  readonly family: F;
  /** as a researcher reads it */
  readonly name: string;
  readonly kind: (typeof NETWORK_KINDS)[number];
  /** whether the last features lie on a map [N, H, W, C]; ViT classifies by a token that stands for no place */
  readonly featureMap: boolean;
  readonly citation: string;
  readonly url: string;
  /** why the input's sides must be multiples of something, after the variant's name */
  readonly sizeReason: string;
  /**
   * Multiply-accumulate operations per second that the engine does on one AVX-512 core, fitted to bench/results/step.md; other
   * processors differ. Thin layers move more memory for each.
   */
  readonly macsPerSecondAndCore: number;
  /**
   * Peak memory of a training step per byte that is kept for the backward pass: gradients lie beside it, and operators have buffers.
   * Fitted to peaks of 23 training steps in a session on a CPU, which they meet within 10 % (test/full/estimates.test.ts measures
   * again).
   */
  readonly peakPerKept: number;
  /** published variants, then the small one for demonstrations and tests */
  readonly variants: readonly Row<F, D>[];
  /** @returns the row of a name that says its dimensions; null for any other */
  find?(id: string): Row<F, D> | null;
  /** of one image */
  cost(dims: D, inputSize: ImageSize): Cost;
}

export const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
export const INCEPTION = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
export const AT_224 = { inputSize: 224, interpolation: 'bicubic' } as const;
/** of networks for tests */
export const AT_64 = { inputSize: 64, interpolation: 'bicubic', cropPct: 0.875, small: true } as const;
