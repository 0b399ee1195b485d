import { type Matrix, matricesOf } from '../analysis/matrix.ts';
import { mean } from '../analysis/metrics.ts';
import { viewName } from '../domain/study/view.ts';
import { majorityOf } from './matrices.ts';
import type { BarMarks, Figure } from './marks.ts';

/** The means that a network is compared by, in the order of the bars. */
export const MEANS = [
  { id: 'overall', name: 'all magnifications', of: (m: Matrix) => m.overallMean },
  { id: 'diagonal', name: 'same magnification', of: (m: Matrix) => m.diagonalMean },
  { id: 'off', name: 'other magnifications', of: (m: Matrix) => m.offDiagonalMean },
] as const;

/** The paper's Figures 2 and 3, and their difference. */
export const means: Figure<BarMarks> = {
  id: 'means',
  title: 'Means',
  caption: 'Means of the squares above. Squares of one class are left out.',
  marks({ table }, nameOf, metric = 'accuracy') {
    const all = matricesOf(table, metric);
    const single = new Set(all.flatMap((m) => m.squares.flat()).flatMap((s) => (s.only === null ? [] : [viewName(s.test)])));
    const native = new Set(all.flatMap((m) => m.views.map(viewName)));
    const counted = [...majorityOf(table)].filter(([name]) => native.has(name) && !single.has(name));
    const levels = counted.flatMap(([, value]) => value ?? []);
    const level = mean(levels);
    return [
      {
        kind: 'bars',
        title: 'Mean accuracy per network:',
        axis: 'accuracy, %',
        series: MEANS.map(({ name }) => name),
        groups: all.map((m) => ({ name: nameOf(m.model), values: MEANS.map(({ of }) => of(m)) })),
        level: level === null ? null : { name: 'majority class', value: level },
      },
    ];
  },
};
