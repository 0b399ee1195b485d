/**
 * One contender of the step benchmark on our side, in a process of its own. "engine" is Magnilab's; "stock" is the same network
 * on tfjs-node as it comes: eager, with operators that tfjs composes.
 */
import { trainingSchema } from '../shared/contract/plan.ts';
import { usePortableOperators } from '../main/engine/operators/node.ts';
import { loadTensorFlow } from '../main/runtime/load.ts';
import { answerMeasurement, measureRequest, measureStep } from '../main/tuning/tune.ts';
import { createModel } from '../main/models/registry.ts';
import { initialWeights } from '../main/models/weights.ts';
import { Trainer } from '../main/training/trainer.ts';
import { NETWORKS } from './networks.ts';

export interface StepRequest {
  readonly network: string;
  readonly contender: 'engine' | 'stock';
}

answerMeasurement(async () => {
  const { candidate, request } = measureRequest<StepRequest>();
  const { id, batchSize } = NETWORKS.find(({ id }) => id === request.network)!;
  await loadTensorFlow();
  usePortableOperators(request.contender === 'stock');
  const { model, variant, inputSize } = createModel(id);
  const trainer = new Trainer({
    model,
    variant,
    settings: trainingSchema.parse({}),
    batchSize,
    inputSize,
    seed: 0,
    weights: initialWeights(model, 0),
    computation: candidate,
  });
  const pixels = Uint8Array.from(
    { length: batchSize * inputSize[0] * inputSize[1] * 3 },
    (_, i) => (Math.imul(i, 2654435761) >>> 16) & 255,
  );
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 2);
  let step = 0;
  return measureStep(trainer.compiled, () => void trainer.step(pixels, labels, 0.01, step++), {
    atLeast: 3,
    atMost: 9,
    seconds: 8,
  });
});
