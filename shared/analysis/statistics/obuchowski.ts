import type { Placements } from './placements.ts';

/**
 * Variance of the area under the ROC curve of images that come in cases (Obuchowski, Biometrics 1997; 53:567). A case may hold images
 * of one class or of both.
 * @param positiveCases the case of each positive, in the order of the placements; at least two different ones, as of negatives
 * @returns null where either kind is of one case only
 */
export function clusteredAreaVariance(
  { area, positives, negatives }: Placements,
  positiveCases: readonly string[],
  negativeCases: readonly string[],
): number | null {
  const cases = [...new Set([...positiveCases, ...negativeCases])];
  const [ofPositives, ofNegatives] = [new Set(positiveCases).size, new Set(negativeCases).size];
  if (ofPositives < 2 || ofNegatives < 2) return null;
  const x = deviations(positives, positiveCases, area);
  const y = deviations(negatives, negativeCases, area);
  const squares = (sums: ReadonlyMap<string, number>) => [...sums.values()].reduce((sum, d) => sum + d * d, 0);
  const [m, n, k] = [positives.length, negatives.length, cases.length];
  const s10 = (ofPositives / ((ofPositives - 1) * m)) * squares(x);
  const s01 = (ofNegatives / ((ofNegatives - 1) * n)) * squares(y);
  const s11 = (k / (k - 1)) * cases.reduce((sum, one) => sum + (x.get(one) ?? 0) * (y.get(one) ?? 0), 0);
  return s10 / m + s01 / n + (2 * s11) / (m * n);
}

/** Per case, the sum of its placements' deviations from the area. */
function deviations(placements: Float64Array, cases: readonly string[], area: number): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [i, one] of cases.entries()) sums.set(one, (sums.get(one) ?? 0) + placements[i] - area);
  return sums;
}
