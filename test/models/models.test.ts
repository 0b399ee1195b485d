import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { VARIANTS } from '../../shared/domain/catalogue.ts';
import type { NodeBackend } from '../../main/engine/binding.ts';
import { loadTensorFlow } from '../../main/engine/tensorflow.ts';
import { createModel } from '../../main/models/registry.ts';
import { haar } from '../../main/models/wavemix.ts';
import { toTensorFlow, toTorch } from '../../main/models/layout.ts';
import { initialValues, initialWeights } from '../../main/models/weights.ts';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { stateDict } from '../../main/training/checkpoint.ts';
import { Trainer } from '../../main/training/trainer.ts';
import { reference } from '../helpers/fixture.ts';
import { uniform } from '../helpers/formula.ts';

/** Trainable parameters with two classes: timm's for resnet18, the published ones for WaveMix with the patch-4 stem. */
const PARAMETERS: Record<string, number> = {
  resnet18: 11_177_538,
  wavemix_224_10: 10_635_298,
  wavemix_224_10_l2: 17_168_258,
  wavemix_224_10_l3: 23_701_218,
  wavemix_224_10_l4: 30_234_178,
  wavemix_32_4: 93_490,
};

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const random = (name: string, shape: number[]) => tf.tensor(Float32Array.from(uniform(name, product(shape))), shape);

beforeAll(async () => {
  await loadTensorFlow();
});

describe('parameter counts', () => {
  it('cover every variant', () => {
    expect(Object.keys(PARAMETERS).sort()).toEqual(VARIANTS.map((v) => v.id).sort());
  });

  it.each(Object.entries(PARAMETERS))('%s has %i', (id, count) => {
    const { model, variant } = createModel(id);
    expect(model.specs.filter((s) => s.trainable).reduce((sum, s) => sum + product(s.shape), 0)).toBe(count);
    expect(variant.params).toBe(count);
  });

  it('agree with PyTorch and timm', () => {
    const counted = reference<Record<string, number>>('parameters');
    for (const [id, count] of Object.entries(counted)) expect(PARAMETERS[id]).toBe(count);
  });

  it("of resnet18 with 1000 classes is timm's", () => {
    const { model } = createModel('resnet18', undefined, 1000);
    expect(model.specs.filter((s) => s.trainable).reduce((sum, s) => sum + product(s.shape), 0)).toBe(11_689_512);
  });
});

it('names and shapes the state dict of resnet18 as timm does, counters included', () => {
  const { model } = createModel('resnet18');
  const tensors = stateDict(model.specs, initialWeights(model, 0), 7);
  const ours = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, [...shape]]));
  expect(ours).toEqual(reference<Record<string, Record<string, number[]>>>('state_dicts').resnet18);
});

it('refuses a model that is not in the catalogue', () => {
  expect(() => createModel('vgg16')).toThrow(/no model "vgg16"/);
});

describe('initial values', () => {
  const { model } = createModel('resnet18');
  const spec = (name: string) => model.specs.find((s) => s.name === name)!;

  it('are a function of seed and name', () => {
    expect(initialValues(spec('conv1.weight'), 1)).toEqual(initialValues(spec('conv1.weight'), 1));
    expect(initialValues(spec('conv1.weight'), 1)).not.toEqual(initialValues(spec('conv1.weight'), 2));
  });

  it("are timm's: Kaiming fan-out for convolutions, zero gain of the last norm of a block", () => {
    const values = initialValues(spec('layer4.1.conv2.weight'), 3);
    const sd = Math.sqrt(values.reduce((a, v) => a + v * v, 0) / values.length);
    expect(sd).toBeCloseTo(Math.sqrt(2 / (512 * 9)), 4);
    expect(initialValues(spec('layer1.0.bn2.weight'), 3).every((v) => v === 0)).toBe(true);
    expect(initialValues(spec('layer1.0.bn1.weight'), 3).every((v) => v === 1)).toBe(true);
  });
});

it('brings every layout to TensorFlow and back unchanged', () => {
  for (const [layout, shape] of [
    ['conv', [4, 3, 2, 5]],
    ['conv transpose', [4, 3, 2, 2]],
    ['linear', [4, 3]],
    ['plain', [7]],
  ] as const) {
    const values = Float32Array.from(uniform(layout, product(shape)));
    expect(toTorch(layout, shape, toTensorFlow(layout, shape, values))).toEqual(values);
  }
});

describe('the Haar transform', () => {
  it('equals its definition: filters (a+b)/sqrt 2 and (a-b)/sqrt 2 along rows, then along columns', () => {
    const [n, h, w, c] = [2, 6, 4, 3];
    const x = random('haar', [n, h, w, c]) as tf.Tensor4D;
    const values = x.arraySync();
    const y = haar(x).arraySync();
    const s = Math.SQRT1_2;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < h / 2; j++)
        for (let k = 0; k < w / 2; k++)
          for (let ch = 0; ch < c; ch++) {
            const row = (r: number) => [values[i][2 * j + r][2 * k][ch], values[i][2 * j + r][2 * k + 1][ch]];
            const low = [0, 1].map((r) => s * (row(r)[0] + row(r)[1]));
            const high = [0, 1].map((r) => s * (row(r)[0] - row(r)[1]));
            const bands = [s * (low[0] + low[1]), s * (low[0] - low[1]), s * (high[0] + high[1]), s * (high[0] - high[1])];
            const found = [y[i][j][k][ch], ...[0, 1, 2].map((d) => y[i][j][k][c + 3 * ch + d])];
            bands.forEach((band, b) => expect(found[b]).toBeCloseTo(band, 5));
          }
  });

  it('keeps the energy', () => {
    const x = random('energy', [1, 8, 8, 4]) as tf.Tensor4D;
    const energy = (t: tf.Tensor) => tf.sum(tf.square(t)).dataSync()[0];
    expect(energy(haar(x))).toBeCloseTo(energy(x), 3);
  });
});

it.each(['eager', 'session'] as const)('a training step on rung "%s" leaves no tensor behind', (rung) => {
  const { model, variant } = createModel('wavemix_32_4');
  const trainer = new Trainer({
    model,
    variant,
    settings: trainingSchema.parse({}),
    batchSize: 4,
    inputSize: [64, 64],
    seed: 0,
    weights: initialWeights(model, 0),
    computation: { rung, precision: 'float32' },
  });
  const pixels = Uint8Array.from({ length: 4 * 64 * 64 * 3 }, (_, i) => (i * 31) % 256);
  const step = (i: number) => trainer.step(pixels, Int32Array.of(0, 1, 0, 1), 0.01, i);
  step(0);
  const handles = () => (tf.backend() as unknown as NodeBackend).binding.getNumOfTensors();
  const before = [tf.memory().numTensors, handles()];
  for (let i = 1; i < 10; i++) step(i);
  expect([tf.memory().numTensors, handles()]).toEqual(before);
  trainer.dispose();
});
