import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { findVariant, VARIANTS } from '../../shared/domain/catalogue.ts';
import type { NodeBackend } from '../../main/engine/binding.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import type { Model } from '../../main/models/model.ts';
import { buildModel, createModel } from '../../main/models/registry.ts';
import { haar } from '../../main/models/wavemix.ts';
import { toTensorFlow, toTorch } from '../../main/models/layout.ts';
import { initialValues, initialWeights } from '../../main/models/weights.ts';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { stateDict } from '../../main/training/checkpoint.ts';
import { Trainer } from '../../main/training/trainer.ts';
import { networkId, type NetworkReference, reference } from '../helpers/fixture.ts';
import { uniform } from '../helpers/formula.ts';

/** Trainable parameters with 1000 and with two classes: timm's, and of WaveMix and 2D-FNet what their definitions give. */
const PARAMETERS: Record<string, readonly [thousand: number, two: number]> = {
  resnet18: [11_689_512, 11_177_538],
  resnet34: [21_797_672, 21_285_698],
  resnet50: [25_557_032, 23_512_130],
  resnet_test: [133_816, 84_914],
  mobilenetv3_small_050: [1_593_224, 570_274],
  mobilenetv3_small_075: [2_041_872, 1_018_922],
  mobilenetv3_small_100: [2_542_856, 1_519_906],
  mobilenetv3_test: [1_270_120, 247_170],
  vit_tiny_patch16_224: [5_717_416, 5_524_802],
  vit_small_patch16_224: [22_050_664, 21_666_434],
  vit_base_patch16_224: [86_567_656, 85_800_194],
  vit_test: [146_344, 97_442],
  swin_tiny_patch4_window7_224: [28_288_354, 27_520_892],
  swin_base_patch4_window7_224: [87_768_224, 86_745_274],
  swin_test: [126_700, 77_798],
  fnet2d_128_5: [535_528, 406_786],
  fnet2d_128_5_p4: [592_872, 464_130],
  fnet2d_16_2_p4: [21_496, 4_530],
  convmixer_1536_20: [51_625_960, 50_092_034],
  convmixer_768_32: [21_110_248, 20_342_786],
  convmixer_1024_20_ks9_p14: [24_383_464, 23_360_514],
  convmixer_test: [40_680, 7_746],
  mixer_s16_224: [18_528_264, 18_016_290],
  mixer_b16_224: [59_880_472, 59_113_010],
  mixer_test: [124_432, 75_530],
  wavemix_224_10: [10_859_848, 10_635_298],
  wavemix_224_10_l2: [17_392_808, 17_168_258],
  wavemix_224_10_l3: [23_925_768, 23_701_218],
  wavemix_224_10_l4: [30_458_728, 30_234_178],
  wavemix_32_4: [126_424, 93_490],
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

  const trainable = (model: Model) => model.specs.filter((s) => s.trainable).reduce((sum, s) => sum + product(s.shape), 0);

  it.each(Object.entries(PARAMETERS))('%s has %j', (id, [thousand, two]) => {
    const { model, variant } = createModel(id);
    expect(trainable(model)).toBe(two);
    expect(variant.params).toBe(two);
    expect(trainable(createModel(id, undefined, 1000).model)).toBe(thousand);
  });

  it('agree with PyTorch and timm', () => {
    const counted = reference<Record<string, Record<'2' | '1000', number>>>('parameters');
    expect(Object.keys(PARAMETERS).filter((id) => !(id in counted))).toEqual([]);
    for (const [id, [thousand, two]] of Object.entries(PARAMETERS))
      expect(counted[id], id).toMatchObject({ '1000': thousand, '2': two });
    expect(counted.fnet2d_128_5).toMatchObject({ '10': 407_818 }); // published
  });
});

describe('the state dict', () => {
  const expected = reference<Record<string, Record<string, number[]>>>('state_dicts');

  it.each(Object.keys(PARAMETERS))("of %s has timm's names and shapes, counters included", (id) => {
    const { model } = createModel(id);
    const zeros = new Map(model.specs.map(({ name, shape }) => [name, new Float32Array(product(shape))]));
    const ours = Object.fromEntries([...stateDict(model.specs, zeros, 7)].map(([name, { shape }]) => [name, [...shape]]));
    expect(ours).toEqual(expected[id]);
  });
});

it('refuses a model that is not in the catalogue', () => {
  expect(() => createModel('vgg16')).toThrow(/no model "vgg16"/);
});

it('refuses an input that the network cannot take, and names sizes that work', () => {
  expect(() => createModel('swin_tiny_patch4_window7_224', [200, 448])).toThrow(/multiples of 224, not 200 x 448. Try 224 x 448/);
});

describe('initial values', () => {
  const { model } = createModel('resnet18');
  const spec = (name: string) => model.specs.find((s) => s.name === name)!;

  it('are a function of seed and name', () => {
    expect(initialValues(spec('conv1.weight'), 1)).toEqual(initialValues(spec('conv1.weight'), 1));
    expect(initialValues(spec('conv1.weight'), 1)).not.toEqual(initialValues(spec('conv1.weight'), 2));
  });

  const drawn = reference<Record<string, Record<string, [mean: number, sd: number, largest: number]>>>('initialisation');

  it.each(Object.entries(drawn))("of %s are spread as timm's, parameter by parameter", (name, spreads) => {
    const variant = findVariant(networkId(name))!;
    const { size } = reference<NetworkReference>(`networks/${name}`);
    const specs = buildModel(variant, size, 2).specs.filter((s) => s.trainable);
    expect(specs.map((s) => s.name).sort()).toEqual(Object.keys(spreads).sort());
    for (const own of specs) {
      const [mean, sd, largest] = spreads[own.name];
      const values = initialValues(own, 3);
      const what = `${own.name}: ${own.initialiser.kind}`;
      const ownMean = values.reduce((a, v) => a + v, 0) / values.length;
      const ownSd = Math.sqrt(values.reduce((a, v) => a + (v - ownMean) ** 2, 0) / values.length);
      const ownLargest = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
      // two samples: each mean has the error sd / sqrt(n), each sd at most 0.71 sd / sqrt(n); five of those
      if (sd > 0 && values.length < 64) continue; // too few to say
      const error = (5 * Math.SQRT2 * sd) / Math.sqrt(values.length);
      expect(Math.abs(ownMean - mean), `mean of ${what}`).toBeLessThanOrEqual(error);
      expect(Math.abs(ownSd - sd), `sd of ${what}`).toBeLessThanOrEqual(error);
      // the ends of a uniform and of a truncated normal distribution are sharp; a normal one's are not
      if (values.length > 500) expect(Math.abs(ownLargest - largest), `largest of ${what}`).toBeLessThanOrEqual(0.4 * largest);
    }
  });

  it('begin every residual block of ResNet as the identity', () => {
    expect(initialValues(spec('layer1.0.bn2.weight'), 3).every((v) => v === 0)).toBe(true);
    expect(initialValues(spec('layer1.0.bn1.weight'), 3).every((v) => v === 1)).toBe(true);
  });

  it('of a truncated normal distribution stop at two standard deviations', () => {
    const stem = createModel('mixer_s16_224').model.specs.find((s) => s.name === 'stem.proj.weight')!;
    const values = initialValues(stem, 0);
    const sd = Math.sqrt(1 / (3 * 16 * 16));
    expect(Math.sqrt(values.reduce((a, v) => a + v * v, 0) / values.length) / sd).toBeCloseTo(1, 2);
    expect(values.reduce((a, v) => Math.max(a, Math.abs(v)), 0) / sd).toBeCloseTo(2 / 0.87962566, 2);
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
