/** Where the scores of positives stand among those of negatives, and the reverse: what areas under ROC curves and their variance are made of. */
export interface Placements {
  readonly area: number;
  /** per positive, in their order: share of the negatives below it, ties one half */
  readonly positives: Float64Array;
  /** per negative: share of the positives above it */
  readonly negatives: Float64Array;
}

/** @returns null without both kinds */
export function placementsOf(scores: ArrayLike<number>, isPositive: readonly boolean[]): Placements | null {
  const above = Float64Array.from(scores).filter((_, i) => isPositive[i]);
  const below = Float64Array.from(scores).filter((_, i) => !isPositive[i]);
  if (above.length === 0 || below.length === 0) return null;
  const positives = sharesBelow(above, below);
  const negatives = sharesBelow(below, above).map((share) => 1 - share);
  return { area: positives.reduce((a, b) => a + b, 0) / positives.length, positives, negatives };
}

/** The mean of placements of the same images, as of several seeds: areas are means of placements, so their mean is, too. */
export function meanPlacements(all: readonly Placements[]): Placements {
  const mean = (of: (placements: Placements) => Float64Array) =>
    of(all[0]).map((_, i) => all.reduce((sum, one) => sum + of(one)[i], 0) / all.length);
  return {
    area: all.reduce((sum, one) => sum + one.area, 0) / all.length,
    positives: mean((one) => one.positives),
    negatives: mean((one) => one.negatives),
  };
}

/** Per score, the share of the others that are lower, equal ones counting one half. */
function sharesBelow(scores: Float64Array, others: Float64Array): Float64Array {
  const sorted = others.toSorted();
  return scores.map((score) => (firstNotBelow(sorted, score) + firstAbove(sorted, score)) / 2 / sorted.length);
}

function firstNotBelow(sorted: Float64Array, score: number): number {
  return firstWhere(sorted, (value) => value >= score);
}

function firstAbove(sorted: Float64Array, score: number): number {
  return firstWhere(sorted, (value) => value > score);
}

/** @param holds for all values from the one that is looked for on */
function firstWhere(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
