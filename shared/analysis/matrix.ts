import { FEW_TESTED_CASES, isFew, onlyClass } from '../domain/study/evidence.ts';
import type { Label } from '../domain/label.ts';
import { magnificationName } from '../domain/magnification.ts';
import { type Confusion, mean, type Metric, type Metrics, standardDeviation } from './metrics.ts';

/** The result of one trial on one test magnification. */
export interface Cell {
  readonly model: string;
  readonly trainMagnification: number;
  readonly testMagnification: number;
  readonly seed: number;
  readonly images: number;
  readonly cases: number;
  readonly metrics: Metrics;
  readonly confusion: Confusion;
}

/** One square of the train x test matrix: mean and standard deviation over seeds. */
export interface MatrixSquare {
  readonly train: number;
  readonly test: number;
  readonly value: number | null;
  readonly sd: number | null;
  readonly seeds: number;
  /** tested images and their cases, the same for every seed; 0 where no trial has finished */
  readonly images: number;
  readonly cases: number;
  /** the only class of the tested images: such a square enters no mean */
  readonly only: Label | null;
  /** fewer than 30 images or 10 cases */
  readonly few: boolean;
}

/** The train x test matrix of one model for one metric, with its summary means. Squares of one class enter none of them. */
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
      testMagnifications.map((test) => {
        const inside = own.filter((c) => c.trainMagnification === train && c.testMagnification === test);
        return squareOf(train, test, inside, metric);
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

function squareOf(train: number, test: number, cells: readonly Cell[], metric: Metric): MatrixSquare {
  const values = cells.map((c) => c.metrics[metric]).filter((v) => v !== null);
  const [images, cases] = [cells[0]?.images ?? 0, cells[0]?.cases ?? 0];
  return {
    train,
    test,
    value: mean(values),
    sd: standardDeviation(values),
    seeds: values.length,
    images,
    cases,
    only: cells[0] ? onlyClassOf(cells[0].confusion) : null,
    few: images > 0 && isFew({ images, cases }, FEW_TESTED_CASES),
  };
}

/** The only class of the images that a confusion matrix counts. */
export function onlyClassOf([benign, malignant]: Confusion): Label | null {
  return onlyClass({ benign: benign[0] + benign[1], malignant: malignant[0] + malignant[1] });
}

/** The squares that means and the worst square are taken over. */
export function countedSquares(squares: readonly MatrixSquare[]): (MatrixSquare & { readonly value: number })[] {
  return squares.filter((s): s is MatrixSquare & { value: number } => s.value !== null && s.only === null);
}

function meanOf(squares: readonly MatrixSquare[]): number | null {
  return mean(countedSquares(squares).map((s) => s.value));
}

/** What readers must know of a matrix's squares: which ones the means leave out, and which ones stand on few; null when nothing. */
export function matrixNote({ squares }: Matrix): string | null {
  const all = squares.flat();
  const [out, few] = [all.filter((s) => s.only !== null), all.filter((s) => s.few)];
  const columns = [...new Map(few.map((s) => [s.test, s])).values()].map(
    (s) => `${magnificationName(s.test)} ${s.images} images of ${s.cases} cases`,
  );
  const notes = [
    ...(out.length > 0 ? [`Left out of the means, one class only: ${out.map(squareName).join(', ')}.`] : []),
    ...(columns.length > 0 ? [`Few images or cases in the test: ${columns.join(', ')}.`] : []),
  ];
  return notes.length > 0 ? notes.join(' ') : null;
}

/** "40x -> 100x" */
export function squareName({ train, test }: Pick<MatrixSquare, 'train' | 'test'>): string {
  return `${magnificationName(train)} \u2192 ${magnificationName(test)}`;
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
