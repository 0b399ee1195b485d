import { sum } from '../../shared/analysis/statistics/sum.ts';
import type { Confusion } from '../../shared/analysis/scored.ts';
import { percent } from './format.ts';

export type ConfusionMode = 'counts' | 'rows' | 'columns';

export interface ConfusionCell {
  readonly count: number;
  readonly text: string;
  /** share that the mode shows; of the row in counts mode, for the colour */
  readonly shade: number;
  readonly correct: boolean;
}

/** Rows truth, columns prediction; shares of the row (truth), or of the column (prediction). */
export function confusionView(confusion: Confusion, mode: ConfusionMode): ConfusionCell[][] {
  const rowSums = confusion.map(sum);
  const columnSums = confusion.map((_, j) => sum(confusion.map((row) => row[j])));
  return confusion.map((row, i) =>
    row.map((count, j) => {
      const whole = mode === 'columns' ? columnSums[j] : rowSums[i];
      const share = whole === 0 ? null : count / whole;
      return { count, text: mode === 'counts' ? String(count) : percent(share), shade: share ?? 0, correct: i === j };
    }),
  );
}
