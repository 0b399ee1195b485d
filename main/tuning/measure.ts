/** A process that runs a trial's real training step a few times, for main/tuning/tune.ts. */
import type { TrialConfig } from '../../shared/contract/trial.ts';
import { loadTensorFlow } from '../runtime/load.ts';
import { answerMeasurement, measureRequest, measureStep } from './tune.ts';
import { createModel } from '../models/registry.ts';
import { initialWeights } from '../models/weights.ts';
import { Trainer } from '../training/trainer.ts';

/** What decides how long a step takes. */
export type StepRequest = Pick<TrialConfig, 'model' | 'inputSize' | 'training' | 'classes'>;

answerMeasurement(async () => {
  const { candidate, request } = measureRequest<StepRequest>();
  const { model, inputSize, training, classes } = request;
  await loadTensorFlow();
  const created = createModel(model, inputSize, classes.length);
  const weights = initialWeights(created.model, 0);
  const { batchSize } = training;
  const trainer = new Trainer({ ...created, settings: training, batchSize, inputSize, seed: 0, weights, computation: candidate });
  const pixels = Uint8Array.from({ length: batchSize * inputSize[0] * inputSize[1] * 3 }, (_, i) => (i * 31) % 256);
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % classes.length);
  let step = 0;
  return measureStep(trainer.compiled, () => void trainer.step(pixels, labels, training.minLearningRate, step++));
});
