import { robustnessOf } from '../analysis/robustness.ts';
import { isNetwork } from '../domain/study/arm.ts';
import type { Figure, ScatterMarks } from './marks.ts';

/** What a network's accuracy elsewhere costs: parameters across, balanced accuracy at other magnifications up. */
export const cost: Figure<ScatterMarks> = {
  id: 'cost',
  caption:
    'Balanced accuracy at other magnifications against the number of parameters; beside each point the seconds of one epoch of training. Up and to the left is better.',
  marks({ table, costs }, nameOf) {
    const rows = robustnessOf(table);
    const points = costs.flatMap(({ contender, params, secondsPerEpoch }) => {
      const other = rows.find(({ model }) => model === contender)?.other ?? null;
      if (other === null || params === 0 || !isNetwork(contender)) return [];
      const time =
        secondsPerEpoch === null ? '' : `, ${secondsPerEpoch < 10 ? secondsPerEpoch.toFixed(1) : secondsPerEpoch.toFixed(0)} s`;
      return [{ x: params, value: other, name: nameOf(contender), note: `${nameOf(contender)}${time}` }];
    });
    if (points.length === 0) return [];
    return [
      {
        kind: 'scatter',
        title: 'Parameters and balanced accuracy at other magnifications',
        x: { name: 'parameters (each step ten times as many)' },
        axis: 'balanced accuracy at other magnifications, %',
        points,
      },
    ];
  },
};
