import type { Estimate } from '../analysis/estimates.ts';
import { type Matrix, matricesOf } from '../analysis/matrix.ts';
import { mean } from '../analysis/metrics.ts';
import { PAPER_FACTS } from '../analysis/paper-facts.ts';
import { viewName } from '../domain/study/view.ts';
import { majorityOf } from './matrices.ts';
import type { BarMarks, Figure } from './marks.ts';

/** The means that a network is compared by, in the order of the bars. */
export const MEANS = [
  { id: 'overall', name: 'all magnifications', of: (m: Matrix) => m.overallMean, inferred: 'overall' },
  { id: 'diagonal', name: 'same magnification', of: (m: Matrix) => m.diagonalMean, inferred: 'same' },
  { id: 'off', name: 'other magnifications', of: (m: Matrix) => m.offDiagonalMean, inferred: 'other' },
] as const;

/** The paper's Figures 2 and 3, and their difference. */
export const means: Figure<BarMarks> = {
  id: 'means',
  caption:
    'Means of the squares above, of accuracy with 95 % intervals over cases. Squares of one class are left out. A diamond is what the paper published of the same network.',
  marks({ table, inference }, nameOf, metric = 'accuracy') {
    const all = matricesOf(table, metric);
    const single = new Set(all.flatMap((m) => m.squares.flat()).flatMap((s) => (s.only === null ? [] : [viewName(s.test)])));
    const native = new Set(all.flatMap((m) => m.views.map(viewName)));
    const counted = [...majorityOf(table)].filter(([name]) => native.has(name) && !single.has(name));
    const levels = counted.flatMap(([, value]) => value ?? []);
    const level = mean(levels);
    return [
      {
        kind: 'bars',
        title: 'Mean accuracy per network',
        axis: 'accuracy, %',
        series: MEANS.map(({ name }) => name),
        groups: all.map((m) => {
          const means = inference.contenders.find(({ contender }) => contender === m.model)?.means;
          const published = PAPER_FACTS.find(({ variant, mean: is }) => is && variant === m.model)?.value ?? null;
          return {
            name: nameOf(m.model),
            values: MEANS.map(({ of }) => of(m)),
            intervals: MEANS.map(({ of, inferred }) =>
              metric === 'accuracy' && means ? intervalOf(means[inferred], of(m)) : null,
            ),
            published: MEANS.map(({ id }) => (metric === 'accuracy' && id === 'overall' ? published : null)),
          };
        }),
        level: level === null ? null : { name: 'majority class', value: level },
      },
    ];
  },
};

/** Null where folds test the same cases more than once: their mean over folds is another number. */
function intervalOf({ value, low, high }: Estimate, shown: number | null): BarMarks['groups'][number]['intervals'][number] {
  if (value === null || low === null || high === null || shown === null || Math.abs(value - shown) > ROUNDING) return null;
  return { low, high };
}

const ROUNDING = 1e-9;
