import { type Interval, LEVEL } from './interval.ts';
import { tQuantile } from './quantiles.ts';

/**
 * Interval of an area under a ROC curve from its variance: Student's, on the scale of log-odds so that it stays within 0 and 1. Its
 * degrees of freedom are those of the rarer class, whose few cases decide how well the variance is known: with all cases' degrees,
 * or a normal quantile, 10 cases cover 0.72 to 0.91 instead of 0.95.
 * @param fewest cases of the rarer class, at least two
 * @returns null without variance, as where the classes do not overlap: no interval has no width
 */
export function areaInterval(area: number, variance: number, fewest: number, level = LEVEL): Interval | null {
  if (!(variance > 0) || area <= 0 || area >= 1) return null;
  const odds = Math.log(area / (1 - area));
  const reach = (tQuantile((1 + level) / 2, fewest - 1) * Math.sqrt(variance)) / (area * (1 - area));
  return { low: logistic(odds - reach), high: logistic(odds + reach) };
}

function logistic(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}
