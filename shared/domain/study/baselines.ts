/**
 * What is compared with networks without being one: whoever is no better than this has learned nothing of tissue. (The majority
 * class stands beside every accuracy as well; it needs no trial.) The colour histogram, with logistic regression on it, sees stain and
 * no shape.
 */
export const BASELINES = [{ id: 'colour_histogram', name: 'Colour histogram' }] as const;
type Baseline = (typeof BASELINES)[number]['id'];

export const baselineIds = BASELINES.map(({ id }) => id) as [Baseline, ...Baseline[]];

export function isBaseline(model: string): model is Baseline {
  return baselineIds.some((id) => id === model);
}
