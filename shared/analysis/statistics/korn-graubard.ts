import { type Interval, LEVEL } from './interval.ts';
import { betaQuantile, tQuantile } from './quantiles.ts';
import { sum } from './sum.ts';

export interface ClusteredRate extends Interval {
  readonly rate: number;
  /** of the rate, from its variance between cases */
  readonly standardError: number;
  /** how many independent images would say as much; the number of cases where all cases agree */
  readonly effectiveImages: number;
  /** variance over that of as many independent images; null where the rate is 0 or 1 */
  readonly designEffect: number | null;
}

/**
 * A rate over images that come in cases, with its interval: Clopper and Pearson's, of as many images as the cases are worth (Korn and
 * Graubard, Survey Methodology 1998; 24:193). Of all ways that were simulated it alone covers with few cases.
 * @param right images per case that count; fractions are allowed, as of means over seeds
 * @param images per case, above 0; at least two cases
 */
export function kornGraubard(right: readonly number[], images: readonly number[], level = LEVEL): ClusteredRate {
  const cases = images.length;
  const all = sum(images);
  const rate = sum(right) / all;
  const squares = sum(right.map((k, i) => ((k - rate * images[i]) / all) ** 2));
  const standardError = Math.sqrt((cases / (cases - 1)) * squares);
  const mixed = rate > 0 && rate < 1;
  return {
    rate,
    standardError,
    designEffect: mixed ? standardError ** 2 / ((rate * (1 - rate)) / all) : null,
    ...effectiveInterval({ rate, standardError, images: all, cases }, level),
  };
}

interface Spread {
  readonly rate: number;
  /** between cases */
  readonly standardError: number;
  readonly images: number;
  readonly cases: number;
}

/** Clopper and Pearson's interval of as many independent images as would have this standard error. */
export function effectiveInterval(
  { rate, standardError, images, cases }: Spread,
  level = LEVEL,
): Interval & { effectiveImages: number } {
  const known = rate > 0 && rate < 1 && standardError > 0;
  const effectiveImages = known ? effective(rate, standardError, images, cases, level) : cases;
  const found = rate * effectiveImages;
  const [tail, missed] = [(1 - level) / 2, effectiveImages - found];
  return {
    effectiveImages,
    low: found > 0 ? betaQuantile(tail, found, missed + 1) : 0,
    high: found < effectiveImages ? betaQuantile(1 - tail, found + 1, missed) : 1,
  };
}

function effective(rate: number, standardError: number, images: number, cases: number, level: number): number {
  const upper = (1 + level) / 2;
  const freedom = (tQuantile(upper, images - 1) / tQuantile(upper, cases - 1)) ** 2;
  return Math.min(images, ((rate * (1 - rate)) / standardError ** 2) * freedom);
}
