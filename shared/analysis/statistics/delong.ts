import type { Placements } from './placements.ts';

/**
 * Covariance of the areas under two ROC curves of the same independent units, such as patients; of a curve with itself its variance
 * (DeLong, DeLong and Clarke-Pearson, Biometrics 1988; 44:837).
 * @returns null with fewer than two positives or negatives
 */
export function areaCovariance(a: Placements, b: Placements): number | null {
  const [positives, negatives] = [a.positives.length, a.negatives.length];
  if (positives < 2 || negatives < 2) return null;
  return covariance(a.positives, b.positives) / positives + covariance(a.negatives, b.negatives) / negatives;
}

/** Sample covariance (n - 1). */
function covariance(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0) / (a.length - 1);
}
