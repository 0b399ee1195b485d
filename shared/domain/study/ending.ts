/** When the training of a trial is over. A function of its finished epochs, so that a trial that is resumed ends where it would have. */

/** An epoch as far as the end of training depends on it. */
interface Finished {
  /** the best on validation when it was written */
  readonly best: boolean;
  readonly seconds: number;
}

export interface Limits {
  readonly epochs: number;
  readonly cooldownEpochs: number;
  /** epochs without a better validation */
  readonly patience?: number;
  readonly minutes?: number;
}

export type Ending = 'epochs' | 'patience' | 'time';

/**
 * Why training is over after some epochs; null when it goes on. Patience counts where validation chooses; where the last epoch is
 * tested every one is the best.
 */
export function endingOf(rows: readonly Finished[], { epochs, cooldownEpochs, patience, minutes }: Limits): Ending | null {
  if (rows.length >= epochs + cooldownEpochs) return 'epochs';
  if (rows.length === 0) return null;
  const sinceBest = rows.length - 1 - rows.findLastIndex(({ best }) => best);
  if (patience !== undefined && sinceBest >= patience) return 'patience';
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  return minutes !== undefined && seconds >= minutes * 60 ? 'time' : null;
}
