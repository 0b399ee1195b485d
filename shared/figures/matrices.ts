import { type Matrix, matricesOf, matrixNote } from '../analysis/matrix.ts';
import { MAJORITY, rowsOf, type Table } from '../analysis/table.ts';
import { trainSetName } from '../domain/study/train-set.ts';
import { isNative, isSame, viewName } from '../domain/study/view.ts';
import type { Figure, HeatMarks } from './marks.ts';

/** One matrix per network: accuracy by what was trained on and what was tested. */
export const matrices: Figure<HeatMarks> = {
  id: 'matrices',
  title: 'Trained on one magnification, tested on all',
  caption:
    'Accuracy in per cent. Rows: what was trained on; columns: magnification of the test. Framed: the same magnification. The majority row is what always answering the most frequent class gives.',
  marks(table, nameOf, metric = 'accuracy') {
    const majority = majorityOf(table);
    return matricesOf(table, metric).map((matrix) => heatOf(nameOf(matrix.model), matrix, majority));
  },
};

/** Accuracy of always giving the most frequent answer, by the name of the view. */
export function majorityOf(table: Table): ReadonlyMap<string, number | null> {
  return new Map(rowsOf(table, MAJORITY).flatMap((row) => (isNative(row.view) ? [[viewName(row.view), row.value]] : [])));
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
    ],
    note: matrixNote(matrix),
  };
}
