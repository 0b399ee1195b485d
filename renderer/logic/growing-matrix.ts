import type { Matrix, MatrixSquare } from '../../shared/analysis/matrix.ts';
import type { Magnification } from '../../shared/domain/magnification.ts';
import { type TrainSet, trainSetId } from '../../shared/domain/study/train-set.ts';
import { type View, viewName } from '../../shared/domain/study/view.ts';

/**
 * The whole matrix of a network while its study runs: squares of which no trial has finished are empty. They count as resting on
 * few, so that no map shows them as if they were known.
 * @param known as far as trials have finished; undefined before the first
 */
export function wholeMatrix(
  known: Matrix | undefined,
  model: string,
  trainSets: readonly TrainSet[],
  tests: readonly Magnification[],
): Matrix {
  const views = [...tests].sort((a, b) => a - b).map((magnification): View => ({ magnification, scale: 'native' }));
  const there = new Map((known?.squares ?? []).flat().map((square) => [placeOf(square.train, square.test), square]));
  const squares = trainSets.map((train) => views.map((test) => there.get(placeOf(train, test)) ?? { ...EMPTY, train, test }));
  return {
    ...(known ?? { metric: 'accuracy', diagonalMean: null, offDiagonalMean: null, overallMean: null, best: null }),
    model,
    trainSets,
    views,
    squares,
    rowMeans: trainSets.map(
      (set) => known?.rowMeans[known.trainSets.findIndex((own) => trainSetId(own) === trainSetId(set))] ?? null,
    ),
  };
}

const EMPTY: Omit<MatrixSquare, 'train' | 'test'> = {
  value: null,
  sd: null,
  best: null,
  of: 0,
  trials: 0,
  images: 0,
  cases: 0,
  only: null,
  few: true,
};

function placeOf(train: TrainSet, test: View): string {
  return `${trainSetId(train)} ${viewName(test)}`;
}
