import type { ResultCell } from '../contract/results.ts';
import { findVariant } from '../domain/catalogue.ts';
import { METRICS } from './metrics.ts';

/**
 * One number of a report. Every table, figure and CSV file of a report is made from a list of these, so that they cannot
 * disagree: data/results_long.csv.
 */
export interface ResultRow {
  readonly family: string;
  readonly variant: string;
  readonly params: number;
  readonly train_mag: number;
  readonly test_mag: number;
  readonly seed: number;
  readonly split_id: string;
  readonly trial: string;
  /** a metric's id, "majority" (accuracy of always answering the more frequent class), or a count: tn, fp, fn, tp */
  readonly metric: string;
  readonly level: 'image' | 'patient';
  /** null where the metric is not defined */
  readonly value: number | null;
  readonly n_images: number;
  readonly n_cases: number;
}

/** @param split SHA-256 of the split */
export function resultRows(cells: readonly ResultCell[], split: string): ResultRow[] {
  return cells.flatMap((cell) => {
    const variant = findVariant(cell.model);
    const common = {
      family: variant?.family ?? '',
      variant: cell.model,
      params: variant?.params ?? 0,
      train_mag: cell.trainMagnification,
      test_mag: cell.testMagnification,
      seed: cell.seed,
      split_id: split.slice(0, 12),
      trial: cell.trial,
      n_images: cell.images,
      n_cases: cell.cases,
    };
    const [[tn, fp], [fn, tp]] = cell.confusion;
    const metrics = METRICS.map((metric) => ({
      ...common,
      metric: metric as string,
      level: metric === 'recognitionRate' ? ('patient' as const) : ('image' as const),
      value: cell.metrics[metric],
    }));
    const counts = Object.entries({ majority: cell.majority, tn, fp, fn, tp });
    return [...metrics, ...counts.map(([metric, value]) => ({ ...common, metric, level: 'image' as const, value }))];
  });
}

/** The value of a metric of one trial at one test magnification; null where it is not defined or not there. */
export function valueOf(rows: readonly ResultRow[], trial: string, testMagnification: number, metric: string): number | null {
  return rows.find((r) => r.trial === trial && r.test_mag === testMagnification && r.metric === metric)?.value ?? null;
}
