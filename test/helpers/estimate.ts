import { expect } from 'vitest';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { trainingMemory } from '../../shared/domain/estimates.ts';
import { defaultCandidate } from '../../main/tuning/candidates.ts';
import { tune } from '../../main/tuning/tune.ts';
import { entryUrl } from '../../main/platform/entries.ts';
import type { StepRequest } from '../../main/tuning/measure.ts';

/** Runs training steps in a process of their own and compares its largest resident memory with the estimate. */
export async function expectEstimate(id: string, batchSize: number): Promise<void> {
  const variant = findVariant(id)!;
  const inputSize: [number, number] = [variant.inputSize, variant.inputSize];
  const request: StepRequest = {
    model: id,
    inputSize,
    classes: ['benign', 'malignant'],
    training: trainingSchema.parse({ batchSize }),
  };
  const [{ measurement }] = await tune({ candidates: [defaultCandidate('cpu')], entry: entryUrl('measure'), request, steps: 1 });
  if (!measurement.ok) throw new Error(measurement.reason);
  const ratio = trainingMemory(variant, inputSize, batchSize) / measurement.peakBytes;
  expect(Math.abs(ratio - 1), `estimated ${ratio.toFixed(2)} times the measured peak`).toBeLessThan(0.2);
}
