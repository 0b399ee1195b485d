import { FEW_TESTED_CASES, isFew, onlyClass } from '../domain/study/evidence.ts';
import { contenderOf } from '../domain/study/arm.ts';
import { compareTrainSets, type TrainSet, trainSetId, trainSetName } from '../domain/study/train-set.ts';
import { compareViews, isSame, type View, type ViewScale, viewName } from '../domain/study/view.ts';
import { mean, type Metric, standardDeviation } from './metrics.ts';
import { expectedBest, REPORTED_RUNS } from './statistics/expected-best.ts';
import { rowsOf, SUPPORT, type Table, type TableRow } from './table.ts';

/** One square of the train x test matrix: mean and standard deviation over seeds and folds. */
export interface MatrixSquare {
  readonly train: TrainSet;
  readonly test: View;
  readonly value: number | null;
  readonly sd: number | null;
  /** what the best of `of` seeds is on average: the paper reports the best of three runs; null with one seed */
  readonly best: number | null;
  readonly of: number;
  /** trials that have a value */
  readonly trials: number;
  /** tested images and their cases, the same for every seed, of all folds; 0 where no trial has finished */
  readonly images: number;
  readonly cases: number;
  /** the only class of the tested images: such a square enters no mean */
  readonly only: string | null;
  /** fewer than 30 images or 10 cases */
  readonly few: boolean;
}

/** The train x test matrix of one model for one metric, with its summary means. Squares of one class enter none of them. */
export interface Matrix {
  /** contender: a network, with its treatment where there is one */
  readonly model: string;
  readonly metric: Metric;
  readonly trainSets: readonly TrainSet[];
  readonly views: readonly View[];
  /** [train set][view] */
  readonly squares: readonly (readonly MatrixSquare[])[];
  /** mean where one magnification was trained on and tested (the paper's Figure 3) */
  readonly diagonalMean: number | null;
  /** mean where one magnification was trained on and another tested */
  readonly offDiagonalMean: number | null;
  /** mean of both (the paper's Figure 2): of networks trained on one magnification */
  readonly overallMean: number | null;
  /** the same of what the best of so many seeds reports; null with one seed */
  readonly best: { readonly of: number; readonly overallMean: number } | null;
  /** one per train set: its mean over all tests (the paper's Table 1, last column) */
  readonly rowMeans: readonly (number | null)[];
}

/**
 * One matrix per contender, in their order of appearance, train sets and views ascending.
 * @param scale how the tests are shown; means and answers are about native ones
 */
export function matricesOf(table: Table, metric: Metric, scale: ViewScale = 'native'): Matrix[] {
  const supports = Map.groupBy(
    table.filter((row) => row.metric === SUPPORT),
    placeOf,
  );
  const rows = rowsOf(table, metric).filter(({ view }) => view.scale === scale);
  return [...Map.groupBy(rows, contenderOf)].map(([model, own]) => {
    const trainSets = distinct(own.map((row) => row.trainSet), trainSetId).sort(compareTrainSets); // prettier-ignore
    const views = distinct(own.map((row) => row.view), viewName).sort(compareViews); // prettier-ignore
    const byPlace = Map.groupBy(own, placeOf);
    const squares = trainSets.map((train) =>
      views.map((test) => {
        const place = placeIn(model, train, test);
        return squareOf(train, test, byPlace.get(place) ?? [], supports.get(place) ?? []);
      }),
    );
    const all = squares.flat();
    const single = all.filter((s) => isSame(s.train, s.test) !== null);
    const where = (same: boolean) => all.filter((s) => isSame(s.train, s.test) === same);
    return {
      model,
      metric,
      trainSets,
      views,
      squares,
      diagonalMean: meanOf(where(true)),
      offDiagonalMean: meanOf(where(false)),
      overallMean: meanOf(single),
      best: bestOf(single),
      rowMeans: squares.map(meanOf),
    };
  });
}

/** Where a row's number stands: in which square of which matrix. */
function placeOf(row: TableRow): string {
  return placeIn(contenderOf(row), row.trainSet, row.view);
}

function placeIn(contender: string, trainSet: TrainSet, view: View): string {
  return `${contender} ${trainSetId(trainSet)} ${viewName(view)}`;
}

/** @param rows of the metric, one per trial @param supports one per trial and class */
function squareOf(train: TrainSet, test: View, all: readonly TableRow[], supports: readonly TableRow[]): MatrixSquare {
  const pooled = all.filter((row) => row.fold === null);
  const rows = pooled.length > 0 ? pooled : all; // of folds that are judged together, their sum alone
  const values = rows.map((row) => row.value).filter((v) => v !== null);
  const seeds = [...Map.groupBy(rows, ({ seed }) => seed).values()].flatMap(
    (own) => mean(own.flatMap(({ value }) => value ?? [])) ?? [],
  );
  const of = Math.min(REPORTED_RUNS, seeds.length);
  const folds = distinct(rows, (row) => String(row.fold)); // every seed tests the same images
  const images = folds.reduce((sum, row) => sum + row.images, 0);
  const cases = folds.reduce((sum, row) => sum + row.cases, 0);
  const byClass = new Map<string, number>();
  for (const { trial, class: name, value } of supports)
    if (folds.some((row) => row.trial === trial)) byClass.set(name!, (byClass.get(name!) ?? 0) + value!);
  return {
    train,
    test,
    value: mean(values),
    sd: standardDeviation(values),
    best: seeds.length > 1 ? expectedBest(seeds, of) : null,
    of,
    trials: values.length,
    images,
    cases,
    only: onlyClass(Object.fromEntries(byClass)),
    few: images > 0 && isFew({ images, cases }, FEW_TESTED_CASES),
  };
}

function distinct<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.toReversed().map((item) => [key(item), item])).values()].reverse();
}

/** The squares that means and the worst square are taken over. */
export function countedSquares(squares: readonly MatrixSquare[]): (MatrixSquare & { readonly value: number })[] {
  return squares.filter((s): s is MatrixSquare & { value: number } => s.value !== null && s.only === null);
}

function meanOf(squares: readonly MatrixSquare[]): number | null {
  return mean(countedSquares(squares).map((s) => s.value));
}

function bestOf(squares: readonly MatrixSquare[]): Matrix['best'] {
  const counted = countedSquares(squares);
  const best = mean(counted.map((square) => square.best ?? square.value));
  const of = Math.max(1, ...counted.map((square) => square.of));
  return of === 1 || best === null ? null : { of, overallMean: best };
}

/** What readers must know of a matrix's squares: which ones the means leave out, and which ones stand on few; null when nothing. */
export function matrixNote({ squares }: Matrix): string | null {
  const all = squares.flat();
  const [out, few] = [all.filter((s) => s.only !== null), all.filter((s) => s.few)];
  const columns = [...new Map(few.map((s) => [viewName(s.test), s])).values()].map(
    (s) => `${viewName(s.test)} ${s.images} images of ${s.cases} cases`,
  );
  const notes = [
    ...(out.length > 0 ? [`Left out of the means, one class only: ${out.map(squareName).join(', ')}.`] : []),
    ...(columns.length > 0 ? [`Few images or cases in the test: ${columns.join(', ')}.`] : []),
  ];
  return notes.length > 0 ? notes.join(' ') : null;
}

/** "40x -> 100x" */
export function squareName({ train, test }: Pick<MatrixSquare, 'train' | 'test'>): string {
  return `${trainSetName(train)} \u2192 ${viewName(test)}`;
}
