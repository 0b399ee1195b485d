/** What can be said of a study beyond its point values: the results of `inference.ts` and `side-by-side.ts`, which the page reads and does not compute. */
import { type TrainSet, trainSetId } from '../domain/study/train-set.ts';
import { type View, viewName } from '../domain/study/view.ts';
import type { ContenderCurves } from './curves.ts';
import type { Estimate, SeedSpread } from './estimates.ts';
import type { Metric } from './metrics.ts';

/** A network that is hardly above chance where it was trained has nothing to keep. */
export const LEAST_ABOVE_CHANCE = 0.05;

/** One square of one contender's matrix. */
export interface SquareInference {
  readonly contender: string;
  readonly trainSet: TrainSet;
  readonly view: View;
  /** those that the task has: without a positive class no sensitivity and no ROC curve */
  readonly metrics: Readonly<Partial<Record<EstimatedMetric, Estimate>>>;
  /** one per class */
  readonly recalls: readonly Estimate[];
}

/** Metrics that have a method for their interval. */
export const ESTIMATED_METRICS = [
  'accuracy',
  'balancedAccuracy',
  'sensitivity',
  'specificity',
  'auc',
  'recognitionRate',
  'patientAccuracy',
  'patientAuc',
] as const satisfies readonly Metric[];
export type EstimatedMetric = (typeof ESTIMATED_METRICS)[number];

/** What is asked of every contender; "gap" and "overall" are compared between them. */
export const MEASURES = ['gap', 'overall'] as const;
export type Measure = (typeof MEASURES)[number];

/** How one contender stands a change of magnification, as trained on single magnifications. */
export interface ContenderInference {
  readonly contender: string;
  /** accuracy of images, mean over squares: all, and those where training and test magnification agree or differ */
  readonly means: { readonly overall: Estimate; readonly same: Estimate; readonly other: Estimate };
  /** mean accuracy per case over all squares, each case weighing the same */
  readonly overall: Estimate;
  /** the same where training and test magnification agree, minus where they differ */
  readonly gap: Estimate;
  /** of balanced accuracy above chance, where training and test magnification differ over where they agree */
  readonly retention: Estimate;
  /** share of cases that get the same answer at all magnifications */
  readonly consistency: Estimate;
  readonly seeds: SeedSpread;
}

/** Two contenders on the same cases: first minus second. */
export interface Comparison {
  readonly measure: Measure;
  readonly first: string;
  readonly second: string;
  readonly cases: number;
  /** mean over cases, with Student's 95 % interval */
  readonly difference: Estimate;
  /** the 90 % interval, which decides whether they are practically equal; null with fewer than three cases */
  readonly low90: number | null;
  readonly high90: number | null;
  readonly practicallyEqual: boolean;
  /** of the sign-flip test */
  readonly p: number;
  /** p cannot get below this with so few cases that differ */
  readonly smallestPossibleP: number;
  /** p after Holm's correction over all pairs of the measure */
  readonly holm: number;
}

export interface Inference {
  readonly curves: readonly ContenderCurves[];
  readonly squares: readonly SquareInference[];
  readonly contenders: readonly ContenderInference[];
  readonly comparisons: readonly Comparison[];
}

/** One square that both have tested. Accuracy per case, each case weighing the same, seeds averaged. */
export interface SquareDifference {
  readonly trainSet: TrainSet;
  readonly view: View;
  /** over the cases that both have tested; null where there is none */
  readonly first: number | null;
  readonly second: number | null;
  /** first minus second, by pairs of cases, with Student's 95 % interval */
  readonly difference: Estimate;
}

/** A contender of the first study beside one of the second. */
export interface Pair {
  readonly first: string;
  readonly second: string;
  readonly squares: readonly SquareDifference[];
  /** of the whole matrix, as trained on single magnifications */
  readonly measures: Readonly<Record<Measure, Estimate>>;
}

/** Whether any case was answered otherwise, though means may be equal; also where nothing is known. */
export function differs({ difference: { value, doubt } }: SquareDifference): boolean {
  return !(value === 0 && doubt?.code === 'no spread');
}

/** What is known of one square; null where it was not tested. */
export function squareInferenceOf(
  { squares }: Inference,
  contender: string,
  trainSet: TrainSet,
  view: View,
): SquareInference | null {
  const [set, shown] = [trainSetId(trainSet), viewName(view)];
  return squares.find((s) => s.contender === contender && trainSetId(s.trainSet) === set && viewName(s.view) === shown) ?? null;
}
