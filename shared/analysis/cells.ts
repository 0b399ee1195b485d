import type { ResultCell } from '../contract/results.ts';
import type { Prediction } from '../contract/trial.ts';
import { confusionOf, majorityBaseline, metricsOf } from './metrics.ts';

/** Which trial the predictions are of. */
export interface TrialIdentity {
  readonly trial: string;
  readonly model: string;
  readonly trainMagnification: number;
  readonly seed: number;
}

/** One result per test magnification, ascending. */
export function cellsOf(identity: TrialIdentity, predictions: readonly Prediction[]): ResultCell[] {
  const groups = [...Map.groupBy(predictions, (p) => p.magnification)].sort(([a], [b]) => a - b);
  return groups.map(([testMagnification, own]) => {
    const [[tn, fp], [fn, tp]] = confusionOf(own);
    return {
      ...identity,
      testMagnification,
      images: own.length,
      cases: new Set(own.map((p) => p.case)).size,
      metrics: metricsOf(own),
      majority: majorityBaseline(own),
      confusion: [
        [tn, fp],
        [fn, tp],
      ],
    };
  });
}
