/** How much of the spread of values comes from cases, from seeds, and from both together; variances, never below 0. */
export interface VarianceComponents {
  readonly meanSquareCase: number;
  readonly meanSquareSeed: number;
  readonly meanSquareRest: number;
  readonly case: number;
  readonly seed: number;
  readonly rest: number;
  /** of the mean over all cases and seeds, both taken as drawn at random */
  readonly standardErrorOfMean: number;
}

/**
 * Components of variance by two-way mean squares without repetition (Searle, Casella and McCulloch, Variance Components, ch. 4).
 * @param values [case][seed], at least two of each
 */
export function varianceComponents(values: readonly (readonly number[])[]): VarianceComponents {
  const [cases, seeds] = [values.length, values[0].length];
  const mean = (items: readonly number[]) => items.reduce((a, b) => a + b, 0) / items.length;
  const ofCases = values.map(mean);
  const ofSeeds = values[0].map((_, seed) => mean(values.map((row) => row[seed])));
  const all = mean(ofCases);
  const squares = (items: readonly number[]) => items.reduce((sum, item) => sum + (item - all) ** 2, 0);
  const meanSquareCase = (seeds * squares(ofCases)) / (cases - 1);
  const meanSquareSeed = (cases * squares(ofSeeds)) / (seeds - 1);
  const rests = values.flatMap((row, i) => row.map((value, j) => value - ofCases[i] - ofSeeds[j] + 2 * all));
  const meanSquareRest = squares(rests) / ((cases - 1) * (seeds - 1));
  const ofCase = Math.max(0, (meanSquareCase - meanSquareRest) / seeds);
  const ofSeed = Math.max(0, (meanSquareSeed - meanSquareRest) / cases);
  return {
    meanSquareCase,
    meanSquareSeed,
    meanSquareRest,
    case: ofCase,
    seed: ofSeed,
    rest: meanSquareRest,
    standardErrorOfMean: Math.sqrt(ofCase / cases + ofSeed / seeds + meanSquareRest / (cases * seeds)),
  };
}
