import type { Label } from '../domain/label.ts';

/** What every metric is computed from: one image's truth and prediction. */
export interface Scored {
  readonly truth: Label;
  readonly predicted: Label;
  readonly logitBenign: number;
  readonly logitMalignant: number;
  readonly case: string;
}

/**
 * The logarithm of the odds of malignant: what images are ranked by. Probabilities are no substitute: in double precision every
 * margin above 37 has the probability 1, and a sure network's images would all tie.
 */
function marginOf({ logitBenign, logitMalignant }: Pick<Scored, 'logitBenign' | 'logitMalignant'>): number {
  return logitMalignant - logitBenign;
}

/**
 * Cross-entropy of one image in natural logarithms, log(1 + exp(-margin)), finite for every finite margin.
 * @param margin logit of the true class minus that of the other
 */
export function logLoss(margin: number): number {
  return Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
}

/** Rows are the truth, columns the prediction, in the order benign, malignant. */
export type Confusion = readonly [readonly [number, number], readonly [number, number]];

/** In the order in which they are shown. A metric's name and formula are the texts `metrics.<id>`. */
export const METRICS = ['accuracy', 'balancedAccuracy', 'sensitivity', 'specificity', 'f1', 'auc', 'recognitionRate'] as const;
export type Metric = (typeof METRICS)[number];

/** A metric is null where it is not defined, e.g. sensitivity without malignant images. */
export type Metrics = Readonly<Record<Metric, number | null>>;

export function confusionOf(scored: readonly Scored[]): Confusion {
  const counts: [[number, number], [number, number]] = [
    [0, 0],
    [0, 0],
  ];
  for (const { truth, predicted } of scored) counts[truth === 'malignant' ? 1 : 0][predicted === 'malignant' ? 1 : 0]++;
  return counts;
}

export function metricsOf(scored: readonly Scored[]): Metrics {
  const [[tn, fp], [fn, tp]] = confusionOf(scored);
  const sensitivity = ratio(tp, tp + fn);
  const specificity = ratio(tn, tn + fp);
  return {
    accuracy: ratio(tp + tn, scored.length),
    balancedAccuracy: sensitivity === null || specificity === null ? null : (sensitivity + specificity) / 2,
    sensitivity,
    specificity,
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    auc: areaUnderCurve(scored),
    recognitionRate: recognitionRate(scored),
  };
}

/** Accuracy of always answering the more frequent class; null without images. */
export function majorityBaseline(scored: readonly Pick<Scored, 'truth'>[]): number | null {
  const malignant = scored.filter((s) => s.truth === 'malignant').length;
  return ratio(Math.max(malignant, scored.length - malignant), scored.length);
}

/** Area under the ROC curve as the Mann-Whitney statistic on margins; ties count one half. Null without both classes. */
export function areaUnderCurve(scored: readonly Pick<Scored, 'truth' | 'logitBenign' | 'logitMalignant'>[]): number | null {
  const sorted = scored.map((s) => ({ truth: s.truth, margin: marginOf(s) })).sort((a, b) => a.margin - b.margin);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end].margin === sorted[start].margin) end++;
    const meanRank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (sorted[i].truth === 'malignant') {
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

/** BreakHis' patient-level score: the mean over cases of each case's share of correct images. */
export function recognitionRate(scored: readonly Scored[]): number | null {
  const cases = Map.groupBy(scored, (s) => s.case);
  if (cases.size === 0) return null;
  let sum = 0;
  for (const images of cases.values()) sum += images.filter((s) => s.truth === s.predicted).length / images.length;
  return sum / cases.size;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Sample standard deviation (n - 1); null with fewer than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const m = mean(values)!;
  return Math.sqrt(values.reduce((a, v) => a + (v - m) ** 2, 0) / (values.length - 1));
}
