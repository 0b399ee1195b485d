/** Every published variant at its own input size, once: a compiled training step (forward, backward, update) and an evaluation. */
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { VARIANTS } from '../../shared/domain/catalogue.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { createModel } from '../../main/models/registry.ts';
import { initialWeights } from '../../main/models/weights.ts';
import { Evaluator, Trainer } from '../../main/training/trainer.ts';
import { uniform } from '../helpers/formula.ts';

const BATCH = 2;
const COMPUTATION = { rung: 'session', precision: 'float32' } as const;

beforeAll(async () => {
  await loadTensorFlow();
});

describe.each(VARIANTS.filter((v) => !v.small).map((v) => v.id))('%s', { timeout: 900_000 }, (id) => {
  it('trains one compiled step at full size, and classifies', () => {
    const { model, variant, inputSize } = createModel(id);
    const weights = initialWeights(model, 0);
    const shared = { model, variant, batchSize: BATCH, inputSize, weights, computation: COMPUTATION };
    const pixels = Uint8Array.from(uniform('pixels', BATCH * inputSize[0] * inputSize[1] * 3), (v) => 128 * (v + 1));

    const trainer = new Trainer({ ...shared, settings: trainingSchema.parse({}), seed: 0 });
    expect(trainer.compiled).toMatchObject({ rung: 'session', refusals: [] });
    const { loss } = trainer.step(pixels, Int32Array.of(1, 1), 0.001, 0);
    expect(loss).toBeGreaterThan(0);
    const state = trainer.read();
    trainer.dispose();
    const last = model.specs.filter((spec) => spec.trainable).at(-1)!.name; // the head's bias: labels of one class move it in any network
    expect([...state.get(last)!]).not.toEqual([...weights.get(last)!]);
    for (const [name, values] of state) if (!values.every(Number.isFinite)) throw new Error(`${name} is not finite`);

    const evaluator = new Evaluator(shared);
    const logits = evaluator.logits(pixels);
    evaluator.dispose();
    expect(logits).toHaveLength(2 * BATCH);
    expect([...logits].every(Number.isFinite)).toBe(true);
  });
});
