import { countedSquares, type Matrix, type MatrixSquare } from '../../shared/analysis/matrix.ts';
import { mean } from '../../shared/analysis/metrics.ts';
import { keptShares } from '../../shared/analysis/robustness.ts';
import { type TrainSet, trainSetId } from '../../shared/domain/study/train-set.ts';
import { isSame, type View, viewName } from '../../shared/domain/study/view.ts';
import { percent, signedPercent } from './format.ts';

/**
 * "rank": place among the networks in the same square; "best": of the seeds; "kept": share of what is above chance at the same magnification; "interval": the value's 95 % interval, where
 * the metric has one.
 */
export const MATRIX_MODES = ['value', 'interval', 'rank', 'best', 'drop', 'kept'] as const;
export type MatrixMode = (typeof MATRIX_MODES)[number];

/** The interval of a square; null where there is none. */
export type IntervalOf = (square: MatrixSquare) => { readonly low: number; readonly high: number } | null;

export interface SquareView {
  /** ids, by which squares are told apart */
  readonly train: string;
  readonly test: string;
  /** null where no trial has finished */
  readonly value: number | null;
  readonly text: string;
  /** "70.1–89.3"; null where there is none */
  readonly interval: string | null;
  readonly sd: string | null;
  readonly trials: number;
  readonly images: number;
  readonly cases: number;
  /** the only class of the tested images: the square enters no mean */
  readonly only: string | null;
  /** hardly any images or cases */
  readonly few: boolean;
  readonly diagonal: boolean;
  readonly tone: 'value' | 'drop' | 'gain';
  /** 0 to 1, strength of the colour */
  readonly shade: number;
}

export interface MatrixView {
  readonly model: string;
  readonly tests: readonly View[];
  readonly rows: readonly { readonly train: TrainSet; readonly squares: readonly SquareView[]; readonly mean: string }[];
}

/** Ends of the colour scale, common to all matrices so that their colours can be compared. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  /** largest distance from the diagonal */
  readonly drop: number;
}

export function scaleOf(matrices: readonly Matrix[]): Scale {
  const values = matrices.flatMap((m) => countedSquares(m.squares.flat()).map((s) => s.value));
  const drops = matrices
    .flatMap((m) => m.squares.flatMap((row, i) => row.map((_, j) => dropAt(m, i, j))))
    .filter((v) => v !== null);
  if (values.length === 0) return { low: 0, high: 1, drop: 0 };
  return { low: Math.min(...values), high: Math.max(...values), drop: Math.max(0, ...drops.map(Math.abs)) };
}

/** @param chance value of guessing, of which shares are kept; null where the metric has none */
export function matrixView(
  matrix: Matrix,
  mode: MatrixMode,
  scale: Scale,
  {
    intervalOf = () => null,
    chance = null,
    rivals = [],
  }: { intervalOf?: IntervalOf; chance?: number | null; rivals?: readonly Matrix[] } = {},
): MatrixView {
  const kept = chance === null ? null : keptShares(matrix, chance);
  const rows = matrix.squares.map((squares, i) => {
    const values = squares.map((square, j) => {
      if (mode === 'drop') return dropAt(matrix, i, j);
      if (mode === 'kept') return kept?.[i][j] ?? null;
      if (mode === 'rank') return rankOf(square, rivals);
      return mode === 'best' ? (square.best ?? square.value) : square.value;
    });
    const views = squares.map((square, j): SquareView => {
      const value = values[j];
      const interval = intervalOf(square);
      return {
        train: trainSetId(square.train),
        test: viewName(square.test),
        value: square.value,
        text: textOf(mode, value, interval),
        interval: interval && rangeText(interval),
        sd: mode === 'value' && square.sd !== null ? percent(square.sd) : null,
        trials: square.trials,
        images: square.images,
        cases: square.cases,
        only: square.only,
        few: square.few,
        diagonal: isSame(square.train, square.test) === true,
        tone: mode !== 'drop' ? 'value' : (value ?? 0) < 0 ? 'drop' : 'gain',
        shade: value === null ? 0 : shadeOf(mode, mode === 'rank' ? square.value! : value, scale),
      };
    });
    return { train: matrix.trainSets[i], squares: views, mean: meanText(matrix, mode, i, values) };
  });
  return { model: matrix.model, tests: matrix.views, rows };
}

function textOf(mode: MatrixMode, value: number | null, interval: ReturnType<IntervalOf>): string {
  if (mode === 'interval') return rangeText(interval);
  if (mode === 'rank') return value === null ? '\u2013' : `${value}.`;
  return mode === 'drop' ? signedPercent(value) : percent(value);
}

/** Place of a square among those of all networks with the same training and test; 1 is the best, equal values share a place. */
function rankOf({ value, train, test }: MatrixSquare, rivals: readonly Matrix[]): number | null {
  if (value === null) return null;
  const place = (square: MatrixSquare) => `${trainSetId(square.train)} ${viewName(square.test)}`;
  const own = `${trainSetId(train)} ${viewName(test)}`;
  const values = rivals.flatMap(({ squares }) => squares.flat()).filter((square) => place(square) === own).flatMap((square) => square.value ?? []); // prettier-ignore
  return 1 + values.filter((other) => other > value + 1e-9).length;
}

function shadeOf(mode: MatrixMode, value: number, scale: Scale): number {
  if (mode === 'drop') return share(Math.abs(value), scale.drop);
  return mode === 'kept' ? share(value, 1) : share(value - scale.low, scale.high - scale.low);
}

/** Of a row: where training and test magnification agree, nothing is lost and nothing needs to be kept. */
function meanText(matrix: Matrix, mode: MatrixMode, row: number, values: readonly (number | null)[]): string {
  const counted = values.filter((value, j) => value !== null && matrix.squares[row][j].only === null);
  const others = values.filter((value, j) => value !== null && isSame(matrix.squares[row][j].train, matrix.squares[row][j].test) === false); // prettier-ignore
  if (mode === 'drop') return signedPercent(mean(others as number[]));
  if (mode === 'kept') return percent(mean(others as number[]));
  if (mode === 'rank') return mean(counted as number[])?.toFixed(1) ?? '\u2013';
  return percent(mode === 'best' ? mean(counted as number[]) : matrix.rowMeans[row]);
}

function rangeText(interval: ReturnType<IntervalOf>): string {
  return interval ? `${percent(interval.low)}\u2013${percent(interval.high)}` : '\u2013';
}

/** A square minus the square of the same row where training and test magnification agree; null where one is missing or of one class. */
function dropAt(matrix: Matrix, row: number, column: number): number | null {
  const [own] = countedSquares([matrix.squares[row][column]]);
  const [same] = countedSquares(matrix.squares[row].filter((s) => isSame(s.train, s.test)));
  return own && same ? own.value - same.value : null;
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0.5 : Math.min(1, Math.max(0, part / whole));
}
