import { Random } from '../../domain/random.ts';
import { type Interval, LEVEL } from './interval.ts';

/** How often cases are drawn. */
export const DRAWS = 10_000;

/** How often each case was drawn in each draw: [draw x cases], so that a rate of a draw is a weighted sum. */
export interface Resamples {
  readonly draws: number;
  readonly cases: number;
  /** row after row */
  readonly counts: Uint16Array;
}

/**
 * Draws as many cases of each stratum as there are, with replacement. The same strata and seed give the same draws, so that everything
 * that is compared sees the same cases.
 * @param strata numbers of the cases, one list per stratum (class): a draw keeps how many cases each class has
 */
export function resampleCases(strata: readonly (readonly number[])[], seed: number, draws = DRAWS): Resamples {
  const cases = strata.reduce((sum, members) => sum + members.length, 0);
  const counts = new Uint16Array(draws * cases);
  const random = new Random(seed);
  for (let draw = 0; draw < draws; draw++)
    for (const members of strata)
      for (let i = 0; i < members.length; i++) counts[draw * cases + members[random.integer(members.length)]]++;
  return { draws, cases, counts };
}

/** Per draw, the sum of what each case has. @param values one per case @returns one per draw */
export function drawnSums({ draws, cases, counts }: Resamples, values: readonly number[]): Float64Array {
  const sums = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (let i = 0; i < cases; i++) sum += counts[draw * cases + i] * values[i];
    sums[draw] = sum;
  }
  return sums;
}

/**
 * The percentile interval of what is defined (not NaN).
 * @returns "undefined" where more draws have no value than lie beyond one end: left out, they would move the ends
 */
export function percentileInterval(values: Float64Array, level = LEVEL): Interval | 'undefined' {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const missing = values.length - sorted.length;
  if (sorted.length === 0 || missing / values.length > (1 - level) / 2) return 'undefined';
  return { low: percentile(sorted, (1 - level) / 2), high: percentile(sorted, (1 + level) / 2) };
}

/** Linear between order statistics (type 7 of Hyndman and Fan 1996, NumPy's default). @param sorted ascending, not empty */
function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
