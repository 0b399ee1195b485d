/** Which epoch's weights are tested. */
export type Selection = 'validation' | 'last';

/** What the validation images said of one epoch's weights. */
export interface Validation {
  readonly accuracy: number;
  /** mean cross-entropy; null where it is not known: an older version's resume point */
  readonly loss: number | null;
}

/**
 * Whether an epoch takes the place of the best one so far: higher accuracy, or as many right at a lower loss. Accuracy on few
 * images is a coarse measure that ties often; without the loss the first of the tied would win, however little it had learned.
 * An unknown loss wins no tie and loses none.
 */
export function isBetter(now: Validation, best: Validation | null): boolean {
  if (!best || now.accuracy !== best.accuracy) return !best || now.accuracy > best.accuracy;
  return now.loss !== null && best.loss !== null && now.loss < best.loss;
}

interface Row {
  /** the best on validation when it was written */
  readonly best: boolean;
}

/**
 * The epoch that is tested, of those that have finished: with "last" the last whatever the rows were marked as; null before the
 * first.
 */
export function testedRow<R extends Row>(history: readonly R[], selection: Selection): R | null {
  return (selection === 'last' ? history.at(-1) : history.findLast((row) => row.best)) ?? null;
}
