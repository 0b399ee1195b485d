import { type Interval, LEVEL } from './interval.ts';
import { tQuantile } from './quantiles.ts';

export interface MeanInterval extends Interval {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * The mean of one value per case, each case weighing the same, with Student's interval of n - 1 degrees of freedom. Of paired
 * differences it covers where a bootstrap over few cases is too narrow.
 * @param values one per case, at least two
 */
export function meanInterval(values: readonly number[], level = LEVEL): MeanInterval {
  const cases = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / cases;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (cases - 1) / cases);
  const reach = tQuantile((1 + level) / 2, cases - 1) * standardError;
  return { mean, standardError, low: mean - reach, high: mean + reach };
}

/** Whether a difference is too small to matter: its 90 % interval lies inside the band (two one-sided tests at 5 %). */
export function isPracticallyEqual({ low, high }: Interval, band: number): boolean {
  return -band < low && high < band;
}
