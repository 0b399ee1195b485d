import { brierScore, calibrationError, calibrationLine, meanLogLoss } from './calibration.ts';
import type { Answers, ScoredSet } from './scored.ts';
import { sum } from './statistics/sum.ts';

/** A number that says how good some predictions are. */
export interface MetricFacts<Id extends string = string> {
  readonly id: Id;
  /** what is averaged over */
  readonly level: 'image' | 'case';
  /** a share of 1, which people read in per cent and of which more is better; or a number as it is */
  readonly scale: 'share' | 'number';
  /** null where it is not defined, e.g. sensitivity without positive images */
  of(set: ScoredSet): number | null;
}

const ofImages = <Id extends string>(id: Id, of: (set: ScoredSet) => number | null, scale: MetricFacts['scale'] = 'share') =>
  ({ id, level: 'image', scale, of }) as const;
const ofCases = <Id extends string>(id: Id, of: (set: ScoredSet) => number | null) =>
  ({ id, level: 'case', scale: 'share', of }) as const;

/** All metrics, in the order in which they are shown. One more is one more entry; its name and formula are the texts `metrics.<id>`. */
export const METRICS = [
  ofImages('accuracy', accuracy),
  ofImages('balancedAccuracy', balancedAccuracy),
  ofImages('sensitivity', sensitivity),
  ofImages('specificity', specificity),
  ofImages('precision', (set) => overClasses(set, precisionOf)),
  ofImages('f1', ({ counts, positive }) => (positive === null ? null : f1Of(counts[positive]))),
  ofImages('macroF1', ({ counts }) => (hasSeveralClasses(counts) ? mean(defined(counts.map(f1Of))) : null)),
  ofImages('mcc', ({ confusion }) => correlation(confusion), 'number'),
  ofImages('auc', areaOf),
  ofImages('brier', brierScore, 'number'),
  ofImages('logLoss', meanLogLoss, 'number'),
  ofImages('ece', calibrationError, 'number'),
  ofImages('calibrationSlope', (set) => lineOf(set)?.slope ?? null, 'number'),
  ofImages('calibrationIntercept', (set) => lineOf(set)?.intercept ?? null, 'number'),
  ofCases('recognitionRate', recognitionRate),
  ofCases('patientAccuracy', ({ patients }) => accuracy(patients)),
  ofCases('patientBalancedAccuracy', ({ patients }) => balancedAccuracy(patients)),
  ofCases('patientSensitivity', ({ patients }) => sensitivity(patients)),
  ofCases('patientSpecificity', ({ patients }) => specificity(patients)),
  ofCases('patientAuc', ({ patients }) => areaOf(patients)),
] as const satisfies readonly MetricFacts[];
export type Metric = (typeof METRICS)[number]['id'];

/** A metric is null where it is not defined. */
export type Metrics = Readonly<Record<Metric, number | null>>;

/** Those that are shares of 1: they can be put beside chance and each other, in matrices. */
export const SHARES = METRICS.filter(({ scale }) => scale === 'share');

/** A value as people read it: shares in per cent, numbers as they are; null as a dash. */
export function metricText(metric: Metric, value: number | null): string {
  if (value === null) return '\u2013';
  const { scale } = METRICS.find(({ id }) => id === metric)!;
  return scale === 'share' ? (100 * value).toFixed(1) : value.toFixed(3);
}

export function metricsOf(set: ScoredSet): Metrics {
  return Object.fromEntries(METRICS.map(({ id, of }) => [id, of(set)])) as unknown as Metrics;
}

/** What is known of one class alone; null where it is not defined. */
export const CLASS_METRICS = ['recall', 'precision', 'f1', 'auc'] as const;
export type ClassMetric = (typeof CLASS_METRICS)[number];
export type ClassMetrics = Readonly<Record<ClassMetric, number | null>>;

/** One per class, each against the rest. */
export function classMetricsOf({ counts, areas }: Pick<ScoredSet, 'counts' | 'areas'>): ClassMetrics[] {
  return counts.map((own, i) => ({
    recall: ratio(own.found, own.support),
    precision: precisionOf(own),
    f1: f1Of(own),
    auc: areas[i],
  }));
}

/** Accuracy of always answering the most frequent class; null without images. */
export function majorityBaseline({ truths, counts }: Pick<ScoredSet, 'truths' | 'counts'>): number | null {
  return ratio(Math.max(...counts.map((c) => c.support)), truths.length);
}

type Counts = Answers['counts'][number];

function accuracy({ counts, truths }: Answers): number | null {
  return ratio(sum(counts.map((c) => c.found)), truths.length);
}

function balancedAccuracy({ counts }: Answers): number | null {
  if (!hasSeveralClasses(counts)) return null;
  return mean(counts.filter((c) => c.support > 0).map((c) => c.found / c.support));
}

function sensitivity({ counts, positive }: Answers): number | null {
  return positive === null ? null : ratio(counts[positive].found, counts[positive].support);
}

function specificity({ counts, truths, positive }: Answers): number | null {
  if (positive === null) return null;
  const { support, found, said } = counts[positive];
  const negative = truths.length - support;
  return ratio(negative - (said - found), negative);
}

function areaOf({ areas, positive }: Answers): number | null {
  return positive === null ? mean(defined(areas)) : areas[positive];
}

/** Of the positive class; without one the mean over the classes. */
function overClasses({ counts, positive }: Answers, of: (counts: Counts) => number | null): number | null {
  return positive === null ? mean(defined(counts.map(of))) : of(counts[positive]);
}

/** Found / answers that name the class; null where none does. */
function precisionOf({ found, said }: Counts): number | null {
  return ratio(found, said);
}

/** 2 found / (images of the class + answers that name it); null for a class that was neither there nor named. */
function f1Of({ support, found, said }: Counts): number | null {
  return ratio(2 * found, support + said);
}

/** Matthews' correlation of truths and answers (of several classes: Gorodkin 2004); null where all truths or all answers are one class. */
function correlation(confusion: ScoredSet['confusion']): number | null {
  const truths = confusion.map(sum);
  const answers = confusion.map((_, i) => sum(confusion.map((row) => row[i])));
  const images = sum(truths);
  const found = sum(confusion.map((row, i) => row[i]));
  const spread = (counts: readonly number[]) => images ** 2 - sum(counts.map((count) => count ** 2));
  const together = found * images - sum(truths.map((count, i) => count * answers[i]));
  return ratio(together, Math.sqrt(spread(truths) * spread(answers)));
}

function lineOf({ margins, truths, positive }: Answers): ReturnType<typeof calibrationLine> {
  if (positive === null) return null;
  return calibrationLine(
    margins[positive],
    truths.map((truth) => truth === positive),
  );
}

/** BreakHis' patient-level score: the mean over cases of each case's share of correct images. */
export function recognitionRate({ truths, answers, cases }: Pick<Answers, 'truths' | 'answers' | 'cases'>): number | null {
  const images = [...Map.groupBy(cases.keys(), (i) => cases[i]).values()];
  return mean(images.map((own) => own.filter((i) => truths[i] === answers[i]).length / own.length));
}

function hasSeveralClasses(counts: readonly Counts[]): boolean {
  return counts.filter((c) => c.support > 0).length > 1;
}

function defined(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

/** Sample standard deviation (n - 1); null with fewer than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const m = mean(values)!;
  return Math.sqrt(sum(values.map((v) => (v - m) ** 2)) / (values.length - 1));
}
