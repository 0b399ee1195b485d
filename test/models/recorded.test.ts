process.env.TF_XLA_FLAGS = '--tf_xla_cpu_global_jit'; // read once, when TensorFlow is loaded

import { beforeAll, describe, expect, it } from 'vitest';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import type { Rung } from '../../main/engine/step.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { createModel } from '../../main/models/registry.ts';
import { initialWeights } from '../../main/models/weights.ts';
import { Trainer } from '../../main/training/trainer.ts';
import { uniform } from '../helpers/formula.ts';
import { SMALL } from '../helpers/small.ts';

/** One network per family, small; of WaveMix one with two levels. */
const NETWORKS = { ...SMALL, wavemix: 'wavemix_16_2_l2' };
const [BATCH, SIZE] = [4, 64];
const LEARNING_RATE = 0.01;

beforeAll(async () => {
  await loadTensorFlow();
});

function oneStep(id: string, rung: Rung): { loss: number; state: Map<string, Float32Array> } {
  const { model, variant } = createModel(id, [SIZE, SIZE]);
  const trainer = new Trainer({
    model,
    variant,
    settings: trainingSchema.parse({ ema: 0.9, gradientClip: 5 }),
    batchSize: BATCH,
    inputSize: [SIZE, SIZE],
    seed: 7,
    weights: initialWeights(model, 1),
    computation: { rung, precision: 'float32' },
  });
  try {
    expect(trainer.compiled).toMatchObject({ rung, refusals: [] });
    // noise: pictures that repeat themselves make channels that are constant but for rounding
    const pixels = Uint8Array.from(uniform('pixels', BATCH * SIZE * SIZE * 3), (v) => 128 * (v + 1));
    const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 2);
    return { loss: trainer.step(pixels, labels, LEARNING_RATE, 3).loss, state: trainer.read() };
  } finally {
    trainer.dispose();
  }
}

function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum);
}

it('covers every family', () => {
  expect(Object.keys(NETWORKS)).toEqual(FAMILIES.map(({ family }) => family));
});

describe.each(Object.values(NETWORKS))('a recorded step of %s equals the eager step', (id) => {
  it.each(['session', 'xla'] as const)('on rung "%s": loss and every variable', (rung) => {
    const expected = oneStep(id, 'eager');
    const { loss, state } = oneStep(id, rung);
    expect(Math.abs(loss / expected.loss - 1), 'loss').toBeLessThan(1e-5);
    expect([...state.keys()]).toEqual([...expected.state.keys()]);
    // single values may be nothing but rounding (the gradient of a bias in front of a normalisation, the mean of a centred
    // channel), so gradients and statistics are measured by the whole of their kind, weights by themselves and their change
    const whole = (kind: RegExp) =>
      norm([...expected.state].filter(([name]) => kind.test(name)).map(([, values]) => norm(values)));
    const [slot, statistic] = [/^optimizer\./, /running_(mean|var)$/];
    for (const [name, values] of state) {
      const reference = expected.state.get(name)!;
      const kind = [slot, statistic].find((k) => k.test(name));
      const scale = kind ? whole(kind) : norm(reference) + LEARNING_RATE * whole(slot);
      expect(norm(values.map((v, i) => v - reference[i])), name).toBeLessThanOrEqual(1e-5 * scale);
    }
  });
});
