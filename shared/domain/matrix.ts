import { mean, type Metric, type Metrics, standardDeviation } from './metrics.ts';

/** The result of one trial on one test magnification. */
export interface Cell {
  readonly model: string;
  readonly trainMagnification: number;
  readonly testMagnification: number;
  readonly seed: number;
  readonly metrics: Metrics;
}

/** One square of the train x test matrix: mean and standard deviation over seeds. */
export interface MatrixSquare {
  readonly train: number;
  readonly test: number;
  readonly value: number | null;
  readonly sd: number | null;
  readonly seeds: number;
}

/** The train x test matrix of one model for one metric, with its summary means. */
export interface Matrix {
  readonly model: string;
  readonly metric: Metric;
  readonly trainMagnifications: readonly number[];
  readonly testMagnifications: readonly number[];
  /** [train][test] */
  readonly squares: readonly (readonly MatrixSquare[])[];
  /** mean where train = test (the paper's Figure 3) */
  readonly diagonalMean: number | null;
  /** mean where train differs from test */
  readonly offDiagonalMean: number | null;
  /** mean of all squares (the paper's Figure 2) */
  readonly overallMean: number | null;
  /** one per train magnification: its mean over all tests (the paper's Table 1, last column) */
  readonly rowMeans: readonly (number | null)[];
}

/** One matrix per model, models in their order of appearance, magnifications ascending. */
export function matricesOf(cells: readonly Cell[], metric: Metric): Matrix[] {
  return [...Map.groupBy(cells, (c) => c.model)].map(([model, own]) => {
    const trainMagnifications = ascending(own.map((c) => c.trainMagnification));
    const testMagnifications = ascending(own.map((c) => c.testMagnification));
    const squares = trainMagnifications.map((train) =>
      testMagnifications.map((test): MatrixSquare => {
        const values = own
          .filter((c) => c.trainMagnification === train && c.testMagnification === test)
          .map((c) => c.metrics[metric])
          .filter((v) => v !== null);
        return { train, test, value: mean(values), sd: standardDeviation(values), seeds: values.length };
      }),
    );
    const all = squares.flat();
    return {
      model,
      metric,
      trainMagnifications,
      testMagnifications,
      squares,
      diagonalMean: meanOf(all.filter((s) => s.train === s.test)),
      offDiagonalMean: meanOf(all.filter((s) => s.train !== s.test)),
      overallMean: meanOf(all),
      rowMeans: squares.map(meanOf),
    };
  });
}

function meanOf(squares: readonly MatrixSquare[]): number | null {
  return mean(squares.map((s) => s.value).filter((v) => v !== null));
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
