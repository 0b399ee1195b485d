import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trainingSchema, type TrainingSettings } from '../../shared/contract/plan.ts';
import { compile } from '../../main/engine/compile.ts';
import type { CompiledStep, Rung } from '../../main/engine/step.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { linear, Specs } from '../../main/models/layers.ts';
import { toTensorFlow, toTorch } from '../../main/models/layout.ts';
import type { Model } from '../../main/models/model.ts';
import { createOptimiser } from '../../main/training/optimisers.ts';
import { initialState, type TrainInput, trainStep } from '../../main/training/train-step.ts';
import { reference } from '../helpers/fixture.ts';
import { uniform } from '../helpers/formula.ts';
import { expectNear } from './near.ts';

interface Reference {
  rates: number[];
  given: { optimiser: 'sgd' | 'adamw'; weightDecay: number; values: number[][] }[];
  trained: {
    optimiser: 'sgd' | 'adamw';
    weightDecay: number;
    gradientClip: number;
    losses: number[];
    norms: number[];
    weight: number[];
    bias: number[];
  }[];
}

const { rates, given, trained } = reference<Reference>('optimisers');
const floats = (name: string, n: number) => Float32Array.from(uniform(name, n));

beforeAll(async () => {
  await loadTensorFlow();
});

describe.each(given)("$optimiser with weight decay $weightDecay against PyTorch's", ({ optimiser, weightDecay, values }) => {
  it('has the same values after each of ten steps with a changing learning rate', () => {
    const { slots, scalars, scalarsAt, update } = createOptimiser(trainingSchema.parse({ optimiser, momentum: 0.9 }));
    tf.tidy(() => {
      let value: tf.Tensor = tf.tensor(floats('weight', 12), [3, 4]);
      let state: Readonly<Record<string, tf.Tensor>> = Object.fromEntries(slots.map((slot) => [slot, tf.zeros([3, 4])]));
      rates.forEach((rate, step) => {
        const now = scalarsAt(step + 1);
        expect(Object.keys(now)).toEqual(scalars);
        const given = Object.entries({ ...now, learningRate: rate }).map(([name, number]) => [name, tf.scalar(number)]);
        const gradient = tf.div(tf.tensor(floats(`gradient ${step}`, 12), [3, 4]), 1 + step);
        const next = update({ value, gradient, weightDecay }, state, Object.fromEntries(given) as Record<string, tf.Tensor>);
        expect(Object.keys(next.slots)).toEqual(slots);
        [value, state] = [next.value, next.slots];
        expectNear(value.dataSync(), values[step], 2e-6, `values of step ${step + 1}`);
      });
    });
  });
});

/** The least that can be trained: a linear layer on pictures of 2 x 2 pixels. */
const { list: specs } = (() => {
  const specs = new Specs();
  specs.linear('head', 12, 2);
  return specs;
})();
const model: Model = {
  classes: 2,
  specs,
  features: (_pass, x) => x,
  head: (pass, x) => linear(pass, 'head', tf.reshape(x, [-1, 12]) as tf.Tensor2D),
};
const BATCH = 4;

const open: CompiledStep<TrainInput>[] = [];
afterEach(() => open.splice(0).forEach((compiled) => compiled.dispose()));

/** A compiled training step that starts from weights by the formula. */
function training(settings: Partial<TrainingSettings>, { scaleLoss = false, rung = 'session' as Rung } = {}) {
  const step = trainStep({
    model,
    settings: trainingSchema.parse({ momentum: 0.9, labelSmoothing: 0.1, ...settings }),
    batchSize: BATCH,
    inputSize: [2, 2],
    normalise: (pixels) => pixels,
    pixels: 'float32',
    scaleLoss,
  });
  const weights = specs.map(({ name, layout, shape }) => {
    const values = floats(name, shape.reduce((a, b) => a * b, 1)); // prettier-ignore
    return [name, toTensorFlow(layout, shape, values)] as const;
  });
  const compiled = compile(step.step, { inputs: step.inputs, variables: initialState(step, new Map(weights)), rung });
  open.push(compiled);
  expect(compiled).toMatchObject({ rung, refusals: [] });
  const pictures = floats('pictures', BATCH * 12);
  return {
    compiled,
    /** @param index counts from 0 */
    run(index: number, rate: number, pixels = pictures): number {
      const scalars = { correction1: 1, correction2: 1, ...step.optimiser.scalarsAt(index + 1), learningRate: rate };
      const feeds = Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)]);
      const labels = Int32Array.of(0, 1, 1, 0);
      return compiled.run({ ...Object.fromEntries(feeds), pixels, labels, seed: Int32Array.of(0, index) }).loss[0];
    },
    /** in PyTorch's layout */
    parameter(name: string): Float32Array {
      const { layout, shape } = specs.find((spec) => spec.name === name)!;
      return toTorch(layout, shape, compiled.read([name]).get(name)!);
    },
    scalar: (name: string) => compiled.read([name]).get(name)![0],
  };
}

describe.each(trained)(
  "training by $optimiser, weight decay $weightDecay, gradients clipped at $gradientClip, against PyTorch's",
  ({ optimiser, weightDecay, gradientClip, losses, norms, weight, bias }) => {
    it.each([
      ['eager', false],
      ['session', false],
      ['session', true],
    ] as const)('has the same losses and parameters on rung "%s", loss scaled: %s', (rung, scaleLoss) => {
      if (gradientClip > 0) expect(norms.some((n) => n > gradientClip) && norms.some((n) => n < gradientClip)).toBe(true);
      const { run, parameter } = training({ optimiser, weightDecay, gradientClip }, { rung, scaleLoss });
      rates.forEach((rate, step) => expectNear([run(step, rate)], [losses[step]], 1e-5, `loss of step ${step + 1}`));
      expectNear(parameter('head.weight'), weight, 1e-5, 'weight');
      expectNear(parameter('head.bias'), bias, 1e-5, 'bias'); // which does not decay
    });
  },
);

describe.each(['eager', 'session'] as const)('a scaled loss on rung "%s"', (rung) => {
  const settings = { optimiser: 'adamw', ema: 0.5 } as const;

  it('starts at 65,536 and does not show in the loss', () => {
    const scaled = training(settings, { scaleLoss: true, rung });
    expect(scaled.scalar('lossScale')).toBe(65_536);
    expectNear([scaled.run(0, 0.1)], [training(settings, { rung }).run(0, 0.1)], 1e-6);
    expect(scaled.scalar('lossScale.goodSteps')).toBe(1);
  });

  it('that overflows halves the scale, starts to count anew and changes nothing else', () => {
    const { run, compiled, scalar } = training(settings, { scaleLoss: true, rung });
    run(0, 0.1);
    compiled.write(new Map([['lossScale', Float32Array.of(3e38)]]));
    const before = compiled.read();
    const large = floats('pictures', BATCH * 12).map((v) => 1000 * v);
    expect(Number.isFinite(run(1, 0.1, large))).toBe(true);
    expect(scalar('lossScale')).toBe(Math.fround(3e38) / 2);
    expect(scalar('lossScale.goodSteps')).toBe(0);
    for (const [name, values] of compiled.read())
      if (!name.startsWith('lossScale')) expect(values, name).toEqual(before.get(name));
    expect([...before.values()].every((values) => values.every(Number.isFinite))).toBe(true);
    compiled.write(new Map([['lossScale', Float32Array.of(1024)]]));
    run(1, 0.1);
    expect(compiled.read(['head.weight'])).not.toEqual(new Map([['head.weight', before.get('head.weight')]]));
  });
});

it('a loss scale doubles after 2,000 good steps in a row, not before', () => {
  const { run, scalar, compiled } = training({}, { scaleLoss: true });
  for (let i = 0; i < 500; i++) run(i, 1e-3);
  compiled.write(new Map([['lossScale', Float32Array.of(Infinity)]]));
  run(500, 1e-3);
  compiled.write(new Map([['lossScale', Float32Array.of(64)]]));
  for (let i = 0; i < 1999; i++) run(i, 1e-3);
  expect([scalar('lossScale'), scalar('lossScale.goodSteps')]).toEqual([64, 1999]);
  run(2000, 1e-3);
  expect([scalar('lossScale'), scalar('lossScale.goodSteps')]).toEqual([128, 0]);
  run(2001, 1e-3);
  expect([scalar('lossScale'), scalar('lossScale.goodSteps')]).toEqual([128, 1]);
});
