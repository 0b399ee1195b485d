import { mean } from '../analysis/metrics.ts';
import { rowsOf, type Table, type TableRow } from '../analysis/table.ts';
import { contenderOf } from '../domain/study/arm.ts';
import { compareTrainSets, trainSetId, trainSetName } from '../domain/study/train-set.ts';
import { magnificationName } from '../domain/magnification.ts';
import { CURVE_STEPS } from '../domain/study/view.ts';
import { majorityOf } from './matrices.ts';
import type { Figure, LineMarks } from './marks.ts';

const TICKS = [0.25, 0.5, 1, 2, 4];

/** One curve per network and train set: how it fares when the same tissue is shown larger or smaller. */
export const scaleCurves: Figure<LineMarks> = {
  id: 'scale-curves',
  caption:
    'Accuracy when the test images of one magnification are shown digitally larger or smaller, antialiased; at 1 as they were recorded. Where tissue ends it goes on mirrored. A level curve is a network that does not mind scale.',
  marks({ table }, nameOf, metric = 'accuracy') {
    const curve = curveOf(table);
    if (curve === null) return [];
    const majority = majorityOf(table).get(magnificationName(curve)) ?? null;
    const rows = rowsOf(table, metric).filter((row) => row.view.magnification === curve && row.seed !== null);
    return [...Map.groupBy(rows, contenderOf)].map(([contender, own]): LineMarks => ({
      kind: 'lines',
      title: nameOf(contender),
      x: { name: `size of tissue, as a factor of ${magnificationName(curve)}`, ticks: TICKS, factors: true },
      axis: 'accuracy, %',
      series: [...Map.groupBy(own, (row) => trainSetId(row.trainSet)).values()]
        .sort(([a], [b]) => compareTrainSets(a.trainSet, b.trainSet))
        .map((of) => ({ name: `trained on ${trainSetName(of[0].trainSet)}`, points: pointsOf(of) })),
      level: majority === null ? null : { name: 'majority class', value: majority },
      diagonal: null,
    }));
  },
};

/** The magnification whose images were shown at other scales; null where none was. */
function curveOf(table: Table): number | null {
  const steps = new Set<string>(CURVE_STEPS.map(({ scale }) => scale).filter((scale) => scale !== 'native'));
  return table.find(({ view }) => view !== null && steps.has(view.scale))?.view.magnification ?? null;
}

/** Means over seeds and folds. */
function pointsOf(rows: readonly TableRow[]): LineMarks['series'][number]['points'] {
  return CURVE_STEPS.map(({ scale, factor }) => {
    const values = rows.flatMap((row) => (row.view.scale === scale && row.value !== null ? [row.value] : []));
    return { x: factor, value: mean(values) };
  });
}
