import type { Scored, ScoredSet } from './scored.ts';

/** A number that says how good some predictions are. */
export interface MetricFacts<Id extends string = string> {
  readonly id: Id;
  /** what is averaged over */
  readonly level: 'image' | 'case';
  /** null where it is not defined, e.g. sensitivity without positive images */
  of(set: ScoredSet): number | null;
}

const metric = <Id extends string>(facts: MetricFacts<Id>) => facts;

/** All metrics, in the order in which they are shown. One more is one more entry; its name and formula are the texts `metrics.<id>`. */
export const METRICS = [
  metric({
    id: 'accuracy',
    level: 'image',
    of: ({ counts, images }) => ratio(sum(counts.map((c) => c.found)), images.length),
  }),
  metric({
    id: 'balancedAccuracy',
    level: 'image',
    of: ({ counts }) => {
      const present = counts.filter((c) => c.support > 0);
      return present.length < 2 ? null : mean(present.map((c) => c.found / c.support));
    },
  }),
  metric({
    id: 'sensitivity',
    level: 'image',
    of: ({ counts, positive }) => (positive === null ? null : ratio(counts[positive].found, counts[positive].support)),
  }),
  metric({
    id: 'specificity',
    level: 'image',
    of: ({ images, counts, positive }) => {
      if (positive === null) return null;
      const { support, found, said } = counts[positive];
      const negative = images.length - support;
      return ratio(negative - (said - found), negative);
    },
  }),
  metric({
    id: 'f1',
    level: 'image',
    of: ({ counts, positive }) => (positive === null ? null : f1Of(counts[positive])),
  }),
  metric({
    id: 'macroF1',
    level: 'image',
    of: ({ counts }) => mean(counts.map(f1Of).filter((f1) => f1 !== null)),
  }),
  metric({
    id: 'auc',
    level: 'image',
    of: ({ areas, positive }) => (positive === null ? mean(areas.filter((area) => area !== null)) : areas[positive]),
  }),
  metric({
    id: 'recognitionRate',
    level: 'case',
    of: ({ images }) => recognitionRate(images),
  }),
] as const;
export type Metric = (typeof METRICS)[number]['id'];

/** A metric is null where it is not defined. */
export type Metrics = Readonly<Record<Metric, number | null>>;

export function metricsOf(set: ScoredSet): Metrics {
  return Object.fromEntries(METRICS.map(({ id, of }) => [id, of(set)])) as unknown as Metrics;
}

/** What is known of one class alone; null where it is not defined. */
export const CLASS_METRICS = ['recall', 'precision', 'f1', 'auc'] as const;
export type ClassMetric = (typeof CLASS_METRICS)[number];
export type ClassMetrics = Readonly<Record<ClassMetric, number | null>>;

/** One per class, each against the rest. */
export function classMetricsOf({ counts, areas }: ScoredSet): ClassMetrics[] {
  return counts.map((own, i) => ({
    recall: ratio(own.found, own.support),
    precision: ratio(own.found, own.said),
    f1: f1Of(own),
    auc: areas[i],
  }));
}

/** Accuracy of always answering the most frequent class; null without images. */
export function majorityBaseline({ images, counts }: ScoredSet): number | null {
  return ratio(Math.max(...counts.map((c) => c.support)), images.length);
}

/** 2 found / (images of the class + answers that name it); null for a class that was neither there nor named. */
function f1Of({ support, found, said }: { support: number; found: number; said: number }): number | null {
  return ratio(2 * found, support + said);
}

/** BreakHis' patient-level score: the mean over cases of each case's share of correct images. */
export function recognitionRate(scored: readonly Pick<Scored, 'truth' | 'predicted' | 'case'>[]): number | null {
  const cases = [...Map.groupBy(scored, (s) => s.case).values()];
  return mean(cases.map((images) => images.filter((s) => s.truth === s.predicted).length / images.length));
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
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
