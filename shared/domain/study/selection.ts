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

/**
 * Which variants of a family a study goes on with, judged by their trials with the first seed: "all", or the one whose accuracy is
 * highest
 * - "validation mean": on validation, averaged over all magnifications (the paper's rule),
 * - "validation": on validation at the magnification of training,
 * - "oracle": on the test set. Such a choice has seen what it is judged by: its numbers are optimistic.
 */
export const ENTRY_RULES = ['all', 'validation mean', 'validation', 'oracle'] as const;

/** How a trial with the first seed did, by the rule that is in force. */
export interface Judged {
  /** of one family and treated alike */
  readonly group: string;
  readonly model: string;
  /** null while the trial has not finished */
  readonly score: number | null;
}

/**
 * The variant that stands for each group: the highest mean score, of equal ones the first. A group of which a trial has not
 * finished has none yet.
 */
export function entriesOf(trials: readonly Judged[]): Map<string, string> {
  const entries = new Map<string, string>();
  for (const [group, own] of Map.groupBy(trials, (trial) => trial.group)) {
    if (own.some(({ score }) => score === null)) continue;
    const means = [...Map.groupBy(own, ({ model }) => model)].map(([model, runs]) => ({
      model,
      score: runs.reduce((sum, { score }) => sum + score!, 0) / runs.length,
    }));
    entries.set(group, means.reduce((best, one) => (one.score > best.score ? one : best)).model);
  }
  return entries;
}
