import type { TrainingSettings } from '../../shared/contract/plan.ts';

/**
 * timm's learning rate per epoch: linear warm-up from `warmupLearningRate`, cosine over `epochs` (the warm-up epochs lie
 * inside it, timm's `warmup_prefix=False`), then cool-down at the minimum.
 * @param epoch 0-based
 */
export function learningRateAt(
  epoch: number,
  { learningRate, warmupLearningRate, warmupEpochs, minLearningRate, epochs }: TrainingSettings,
): number {
  if (epoch < warmupEpochs) return warmupLearningRate + (epoch * (learningRate - warmupLearningRate)) / warmupEpochs;
  if (epoch >= epochs) return minLearningRate;
  return minLearningRate + 0.5 * (learningRate - minLearningRate) * (1 + Math.cos((Math.PI * epoch) / epochs));
}

/** Epochs in all, cool-down included. */
export function totalEpochs({ epochs, cooldownEpochs }: Pick<TrainingSettings, 'epochs' | 'cooldownEpochs'>): number {
  return epochs + cooldownEpochs;
}
