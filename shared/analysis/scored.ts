/** Predictions ready to be measured: truth and answer as class numbers, with what every metric needs counted once. */
import { placementsOf } from './statistics/placements.ts';

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
  /** images (or patients) of the class */
  readonly support: number;
  /** of those, answered rightly */
  readonly found: number;
  /** answers that name the class */
  readonly said: number;
}

/** What was answered about images, or about patients. Classes are numbers, in the order of the logits. */
export interface Answers {
  /** one per image or patient */
  readonly truths: readonly number[];
  readonly answers: readonly number[];
  readonly cases: readonly string[];
  /** [class][image]: the logarithm of the odds of the class, of a patient its mean over the images */
  readonly margins: readonly Float64Array[];
  readonly confusion: Confusion;
  /** one per class */
  readonly counts: readonly ClassCounts[];
  /** one per class: area under its ROC curve against the rest; null without both */
  readonly areas: readonly (number | null)[];
  /** number of the positive class; null where there is none */
  readonly positive: number | null;
}

export interface ScoredSet extends Answers {
  readonly classes: readonly string[];
  /** one per case whose images have one truth, answered by the mean margin of its images */
  readonly patients: Answers;
}

/** @param classes in the order of the logits @param positive one of them, or null */
export function scoredSet(images: readonly Scored[], classes: readonly string[], positive: string | null): ScoredSet {
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const answers = answersOf(
    {
      truths: images.map(({ truth }) => numbers.get(truth)!),
      answers: images.map(({ predicted }) => numbers.get(predicted)!),
      cases: images.map((image) => image.case),
      margins: classes.map((_, i) => Float64Array.from(images, ({ logits }) => marginOf(logits, i))),
    },
    positive === null ? null : numbers.get(positive)!,
  );
  return { ...answers, classes, patients: patientsOf(answers) };
}

type Given = Pick<Answers, 'truths' | 'answers' | 'cases' | 'margins'>;

function answersOf(given: Given, positive: number | null): Answers {
  const { truths, answers, margins } = given;
  const confusion = margins.map(() => margins.map(() => 0));
  for (const [i, truth] of truths.entries()) confusion[truth][answers[i]]++;
  const counts = margins.map((_, i) => ({
    support: confusion[i].reduce((a, b) => a + b, 0),
    found: confusion[i][i],
    said: confusion.reduce((sum, row) => sum + row[i], 0),
  }));
  const areas = margins.map((own, i) => areaUnderCurve(own, truths.map((truth) => truth === i))); // prettier-ignore
  return { ...given, confusion, counts, areas, positive };
}

/** A case with images of two classes has no one truth: it is no patient here. */
function patientsOf({ truths, cases, margins, positive }: Answers): Answers {
  const members = [...Map.groupBy(cases.keys(), (i) => cases[i])].filter(
    ([, images]) => new Set(images.map((i) => truths[i])).size === 1,
  );
  const means = margins.map((own) =>
    Float64Array.from(members, ([, images]) => images.reduce((sum, i) => sum + own[i], 0) / images.length),
  );
  return answersOf(
    {
      truths: members.map(([, [first]]) => truths[first]),
      answers: members.map((_, i) => predictedClass(means.map((own) => own[i]))),
      cases: members.map(([name]) => name),
      margins: means,
    },
    positive,
  );
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
  return lossOf(marginOf(logits, truth));
}

/** Cross-entropy by the margin of the true class, in natural logarithms. */
export function lossOf(margin: number): number {
  return Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
}

/** Area under a ROC curve, as the Mann-Whitney statistic: ties count one half. Null without both kinds. */
export function areaUnderCurve(margins: ArrayLike<number>, isPositive: readonly boolean[]): number | null {
  return placementsOf(margins, isPositive)?.area ?? null;
}
