import type { ModelRow } from '../../shared/contract/calls/system.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { familyOf } from '../../shared/domain/families/index.ts';

/** A network as it is offered. */
export type ModelChoice = Pick<ModelRow, 'id' | 'family' | 'name' | 'params' | 'sizeMultiple' | 'small' | 'citation'>;

/** The catalogue, and behind it the networks of a plan that no row of it lists: some families know networks by their names alone. */
export function modelChoices(catalogue: readonly ModelChoice[], chosen: Iterable<string>): ModelChoice[] {
  const listed = new Set(catalogue.map(({ id }) => id));
  const named = [...chosen].filter((id) => !listed.has(id)).flatMap((id) => findVariant(id) ?? []);
  return [
    ...catalogue,
    ...named.map((variant) => ({ ...variant, small: variant.small ?? false, citation: familyOf(variant).citation })),
  ];
}

/** Inputs up to this many pixels are for trying, and so are the networks that are ticked for them. */
const SMALL_INPUT = 96;

export function fits({ sizeMultiple }: Pick<ModelChoice, 'sizeMultiple'>, inputSize: readonly number[]): boolean {
  return inputSize.every((pixels) => pixels % sizeMultiple === 0);
}

/** The network that stands for a family when the family is ticked; null where none takes images of this size. */
export function entryOf(variants: readonly ModelChoice[], inputSize: readonly number[]): ModelChoice | null {
  const able = variants.filter((variant) => fits(variant, inputSize));
  const isSmall = Math.max(...inputSize) <= SMALL_INPUT;
  return able.find(({ small }) => small === isSmall) ?? able[0] ?? null;
}
