/** Predictions ready to be measured: truth and answer as class numbers, with what every metric needs counted once. */

/** One image's truth and answer. */
export interface Scored {
  readonly truth: string;
  readonly predicted: string;
  /** one per class */
  readonly logits: readonly number[];
  readonly case: string;
}

/** Rows are the truth, columns the prediction, in the order of the classes. */
export type Confusion = readonly (readonly number[])[];

/** How often one class was there, found and said. */
export interface ClassCounts {
  /** images of the class */
  readonly support: number;
  /** of those, answered rightly */
  readonly found: number;
  /** answers that name the class */
  readonly said: number;
}

export interface ScoredSet {
  readonly images: readonly Scored[];
  readonly classes: readonly string[];
  /** number of the positive class; null where there is none */
  readonly positive: number | null;
  readonly confusion: Confusion;
  /** one per class */
  readonly counts: readonly ClassCounts[];
  /** one per class: area under its ROC curve against the rest; null without both */
  readonly areas: readonly (number | null)[];
}

/** @param classes in the order of the logits @param positive one of them, or null */
export function scoredSet(images: readonly Scored[], classes: readonly string[], positive: string | null): ScoredSet {
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { truth, predicted } of images) confusion[numbers.get(truth)!][numbers.get(predicted)!]++;
  const counts = classes.map((_, i) => ({
    support: confusion[i].reduce((a, b) => a + b, 0),
    found: confusion[i][i],
    said: confusion.reduce((sum, row) => sum + row[i], 0),
  }));
  const areas = classes.map((_, i) => areaUnderCurve(images, classes, i));
  return { images, classes, positive: positive === null ? null : numbers.get(positive)!, confusion, counts, areas };
}

/** The class with the largest logit; the first of equal ones. */
export function predictedClass(logits: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}

/** Softmax. */
export function probabilitiesOf(logits: ArrayLike<number>): number[] {
  return Array.from(logits, (own) => {
    let sum = 0;
    for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i] - own);
    return 1 / sum;
  });
}

/**
 * The logarithm of the odds of a class: its logit minus log-sum-exp of the others, with two classes the difference of the logits.
 * Images are ranked by it. Probabilities are no substitute: in double precision every margin above 37 has the probability 1, and a
 * sure network's images would all tie.
 */
export function marginOf(logits: ArrayLike<number>, of: number): number {
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i++) if (i !== of) highest = Math.max(highest, logits[i]);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) if (i !== of) sum += Math.exp(logits[i] - highest);
  return logits[of] - (highest + Math.log(sum));
}

/** Cross-entropy of one image in natural logarithms, log(1 + exp(-margin)), finite for finite logits. @param truth class number */
export function logLoss(logits: ArrayLike<number>, truth: number): number {
  const margin = marginOf(logits, truth);
  return Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
}

/** Area under the ROC curve of one class against the rest, as the Mann-Whitney statistic on margins; ties count one half. Null without both. */
export function areaUnderCurve(
  scored: readonly Pick<Scored, 'truth' | 'logits'>[],
  classes: readonly string[],
  of: number,
): number | null {
  const sorted = scored
    .map(({ truth, logits }) => ({ isPositive: truth === classes[of], margin: marginOf(logits, of) }))
    .sort((a, b) => a.margin - b.margin);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end].margin === sorted[start].margin) end++;
    const meanRank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (sorted[i].isPositive) {
        rankSum += meanRank;
        positives++;
      }
    }
    start = end;
  }
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
