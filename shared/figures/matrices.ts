import { type Matrix, matricesOf, matrixNote } from '../analysis/matrix.ts';
import { MAJORITY, rowsOf, type Table } from '../analysis/table.ts';
import { trainSetName } from '../domain/study/train-set.ts';
import { isSame, viewName } from '../domain/study/view.ts';
import type { Figure, HeatMarks } from './marks.ts';

/** One matrix per network: accuracy by what was trained on and what was tested. */
export const matrices: Figure<HeatMarks> = {
  id: 'matrices',
  caption:
    'Accuracy in per cent. Rows: what was trained on; columns: magnification of the test. Framed: the same magnification. The majority row is what always answering the most frequent class gives.',
  marks({ table }, nameOf, metric = 'accuracy') {
    const majority = majorityOf(table);
    return matricesOf(table, metric).map((matrix) => heatOf(nameOf(matrix.model), matrix, majority));
  },
};

/** The same tests at the pixel size of training: what is left of a loss when the scale is taken away. */
export const rescaledMatrices: Figure<HeatMarks> = {
  id: 'rescaled-matrices',
  caption:
    'Accuracy in per cent, as above, but test images were first resampled to the pixel size of the training images; where tissue ends it goes on mirrored. A loss that is gone here was one of scale, not of resolution or of what a field shows.',
  marks({ table }, nameOf, metric = 'accuracy') {
    const majority = majorityOf(table);
    return matricesOf(table, metric, 'rescaled').map((matrix) => heatOf(nameOf(matrix.model), matrix, majority));
  },
};

/** Accuracy of always giving the most frequent answer, by the name of the view. */
export function majorityOf(table: Table): ReadonlyMap<string, number | null> {
  return new Map(rowsOf(table, MAJORITY).map((row) => [viewName(row.view), row.value]));
}

function heatOf(title: string, matrix: Matrix, majority: ReadonlyMap<string, number | null>): HeatMarks {
  const columns = matrix.views.map(viewName);
  return {
    kind: 'heat',
    title,
    rows: matrix.trainSets.map(trainSetName),
    columns,
    squares: matrix.squares.map((row) =>
      row.map(({ train, test, value, sd, images, cases, only, few }) => ({
        ...{ value, sd, images, cases, only, few },
        same: isSame(train, test) === true,
      })),
    ),
    rowMeans: matrix.rowMeans,
    baseline: columns.map((name) => majority.get(name) ?? null),
    means: [
      { name: 'Same magnification', value: matrix.diagonalMean },
      { name: 'other magnifications', value: matrix.offDiagonalMean },
      { name: 'all', value: matrix.overallMean },
      ...(matrix.best ? [{ name: `all, best of ${matrix.best.of} seeds`, value: matrix.best.overallMean }] : []),
    ],
    note: matrixNote(matrix),
  };
}
