/** The paper reports the best of three runs. */
export const REPORTED_RUNS = 3;

/**
 * What the best of some runs is on average: the mean over all ways to pick them of the highest. Reported for a network, it flatters it
 * by the difference from the mean.
 * @param values of all runs, at least as many as are picked
 */
export function expectedBest(values: readonly number[], picked: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  const sum = ascending.reduce((sum, value, below) => sum + choose(below, picked - 1) * value, 0);
  return sum / choose(values.length, picked);
}

/** Binomial coefficient; 0 where there are too few to choose from. */
function choose(from: number, picked: number): number {
  if (picked > from) return 0;
  let ways = 1;
  for (let i = 1; i <= picked; i++) ways = (ways * (from - picked + i)) / i;
  return ways;
}
