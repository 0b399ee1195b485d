import type { EngineChoice, TrialConfig } from '../../shared/contract/trial.ts';
import { stepsPerEpoch } from '../pictures/loader.ts';
import { type ChoiceOptions, chooseEngine } from '../tuning/engine-choice.ts';
import { totalEpochs } from './schedule.ts';

/** A BreakHis image, 700 x 460 RGB: what a training image takes in memory at most, as a guess before they are read. */
const DECODED_IMAGE_BYTES = 700 * 460 * 3;

/**
 * How a trial computes its steps.
 * @param path of its engine.json
 * @param epochs that are finished
 */
export function engineOf(
  path: string,
  config: TrialConfig,
  epochs: number,
  options: Pick<ChoiceOptions, 'engine' | 'share' | 'signal' | 'onMeasure'>,
): Promise<EngineChoice> {
  const steps = stepsPerEpoch(config.train.length, config.training.batchSize) * (totalEpochs(config.training) - epochs);
  return chooseEngine({ ...options, config, path, steps, reservedBytes: config.train.length * DECODED_IMAGE_BYTES });
}
