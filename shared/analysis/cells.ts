import type { Arm } from '../domain/study/arm.ts';
import { compareViews, type View, viewName } from '../domain/study/view.ts';
import type { EstimatedMetric } from './findings.ts';
import { type ClassMetrics, classMetricsOf, majorityBaseline, type Metrics, metricsOf } from './metrics.ts';
import { type Confusion, type Scored, scoredSet } from './scored.ts';
import type { Interval } from './statistics/interval.ts';

/** The result of one trial on one view: a square of one arm. */
export interface Cell extends Arm {
  readonly trial: string;
  readonly view: View;
  readonly images: number;
  readonly cases: number;
  /** in the order of the logits */
  readonly classes: readonly string[];
  readonly metrics: Metrics;
  /** one per class */
  readonly perClass: readonly ClassMetrics[];
  /** accuracy of always answering the most frequent class of this test set */
  readonly majority: number | null;
  readonly confusion: Confusion;
  /** 95 % intervals of those numbers that have a method for one trial; none where too few cases allow one */
  readonly bounds?: CellBounds;
}

export interface CellBounds {
  readonly metrics: Readonly<Partial<Record<EstimatedMetric, Interval>>>;
  /** of the recall, one per class */
  readonly recalls: readonly (Interval | null)[];
}

/** A tested image as far as cells need it. */
export interface Tested extends Scored {
  readonly view: View;
}

/** One result per view, ascending. @param classes in the order of the logits */
export function cellsOf(
  arm: Arm & { readonly trial: string },
  predictions: readonly Tested[],
  classes: readonly string[],
  positive: string | null,
): Cell[] {
  const groups = [...Map.groupBy(predictions, ({ view }) => viewName(view)).values()];
  return groups
    .sort(([a], [b]) => compareViews(a.view, b.view))
    .map((own) => {
      const set = scoredSet(own, classes, positive);
      return {
        ...arm,
        view: own[0].view,
        images: own.length,
        cases: new Set(own.map((p) => p.case)).size,
        classes: [...classes],
        metrics: metricsOf(set),
        perClass: classMetricsOf(set),
        majority: majorityBaseline(set),
        confusion: set.confusion,
      };
    });
}
