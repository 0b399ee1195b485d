import type { Confusion } from '../../shared/analysis/metrics.ts';
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
  const rowSums = confusion.map(([a, b]) => a + b);
  const columnSums = [0, 1].map((j) => confusion[0][j] + confusion[1][j]);
  return confusion.map((row, i) =>
    row.map((count, j) => {
      const whole = mode === 'columns' ? columnSums[j] : rowSums[i];
      const share = whole === 0 ? null : count / whole;
      return { count, text: mode === 'counts' ? String(count) : percent(share), shade: share ?? 0, correct: i === j };
    }),
  );
}
