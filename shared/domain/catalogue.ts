/** The model catalogue: one typed row per variant. timm's names; parameter counts with two classes. */
import type { Cost } from './families/cost.ts';
import type { ImageSize } from './families/family.ts';
import { FAMILIES, familyOf, type Variant } from './families/index.ts';
import { BASELINES } from './study/baselines.ts';

export const VARIANTS: readonly Variant[] = FAMILIES.flatMap(({ variants }): readonly Variant[] => variants);

/** The row of a variant. Those of some families are known by their names, whatever their dimensions. */
export function findVariant(id: string): Variant | null {
  const row = VARIANTS.find((v) => v.id === id);
  if (row) return row;
  for (const family of FAMILIES) {
    const named = family.find?.(id);
    if (named) return named;
  }
  return null;
}

/** A variant's or baseline's name as a researcher reads it; the id where there is none. */
export function variantName(id: string): string {
  return findVariant(id)?.name ?? BASELINES.find((baseline) => baseline.id === id)?.name ?? id;
}

/** What `timm.create_model` calls this network, or null where timm has none: WaveMix, 2D-FNet, and the small ones. */
export function timmName({ id, family, small }: Variant): string | null {
  return small || family === 'wavemix' || family === 'fnet2d' ? null : id;
}

/** The cost of one image. */
export function imageCost(variant: Variant, inputSize: ImageSize): Cost {
  const { cost } = familyOf(variant);
  const { macs, kept } = (cost as (dims: Variant['dims'], inputSize: ImageSize) => Cost)(variant.dims, inputSize); // its own family's
  return { macs, kept: kept + 3 * inputSize[0] * inputSize[1] };
}

const SMALLEST = 32;

/** Why this variant cannot take this input, or null. Names the nearest sizes that work. */
export function inputSizeProblem(variant: Variant, [height, width]: readonly [number, number]): string | null {
  const m = variant.sizeMultiple;
  if (height < SMALLEST || width < SMALLEST)
    return `${variant.name} needs an input of at least ${SMALLEST} x ${SMALLEST} pixels, not ${height} x ${width}.`;
  if (height % m === 0 && width % m === 0) return null;
  const near = (n: number) => Math.max(Math.ceil(SMALLEST / m), Math.round(n / m)) * m;
  const reason = familyOf(variant).sizeReason;
  return `${variant.name} ${reason}: height and width must be multiples of ${m}, not ${height} x ${width}. Try ${near(height)} x ${near(width)}.`;
}
