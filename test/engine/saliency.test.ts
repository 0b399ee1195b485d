import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { type SaliencyMethod, saliencyMethods } from '../../shared/domain/saliency.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { predictedClass } from '../../shared/analysis/scored.ts';
import type { Rung } from '../../main/engine/step.ts';
import { linear, globalPool, Specs } from '../../main/models/layers.ts';
import type { Model } from '../../main/models/model.ts';
import { createModel } from '../../main/models/registry.ts';
import { type WeightValues, weightsFrom } from '../../main/models/weights.ts';
import { enlarged } from '../../main/pictures/heat-map.ts';
import { createExplainer } from '../../main/inference/saliency.ts';
import { Evaluator } from '../../main/training/trainer.ts';
import { formulaValues, uniform } from '../helpers/formula.ts';
import { SMALL } from '../helpers/small.ts';
import { expectNear } from './near.ts';

const SIDE = 64;

beforeAll(async () => {
  await loadTensorFlow();
});

interface Options {
  model: Model;
  id?: string;
  weights?: WeightValues;
  side?: number;
  steps?: number;
  rung?: Rung;
  copies?: number;
}

/** What a method says of a picture of noise. */
function explain(method: SaliencyMethod, options: Options) {
  const { model, id = 'resnet_test', side = SIDE, steps = 32, rung = 'session', copies } = options;
  const { weights = weightsFrom(model, formulaValues) } = options;
  const computation = { rung, precision: 'float32' } as const;
  const network = { model, variant: findVariant(id)!, inputSize: [side, side], weights, computation } as const;
  const evaluator = new Evaluator({ ...network, batchSize: 1 });
  const explainer = createExplainer(method, { ...network, evaluator, steps, copies });
  const pixels = Uint8Array.from(uniform('saliency', side * side * 3), (v) => 128 * (v + 1));
  try {
    const logits = Array.from(evaluator.logits(pixels));
    return { ...explainer.explain(pixels, predictedClass(logits)), pixels, logits };
  } finally {
    explainer.dispose();
    evaluator.dispose();
  }
}

/** As resnet_test sees it. */
function normalised(pixels: Uint8Array): Float32Array {
  const { mean, std } = findVariant('resnet_test')!;
  return Float32Array.from(pixels, (v, i) => (v / 255 - mean[i % 3]) / std[i % 3]);
}

function baselineOf(length: number): Uint8Array {
  const { mean } = findVariant('resnet_test')!;
  return Uint8Array.from({ length }, (_, i) => Math.round(255 * mean[i % 3]));
}

describe('integrated gradients', () => {
  const side = 4;
  const specs = new Specs();
  specs.linear('head', side * side * 3, 2);
  const flat: Model = {
    classes: 2,
    specs: specs.list,
    features: (_, x) => x,
    head: (pass, x) => linear(pass, 'head', tf.reshape(x, [-1, side * side * 3]) as tf.Tensor2D),
  };

  it.each([1, 5, 8, 19])('of a linear network are weight times distance from the baseline, with %i steps', (steps) => {
    const { heat, completeness, pixels, logits } = explain('integrated-gradients', { model: flat, side, steps, copies: 1 });
    const values = weightsFrom(flat, formulaValues).get('head.weight')!; // (in, out)
    const [x, start] = [normalised(pixels), normalised(baselineOf(pixels.length))];
    const sign = logits[1] > logits[0] ? 1 : -1;
    const attributions = Array.from(x, (v, i) => sign * (v - start[i]) * (values[2 * i + 1] - values[2 * i]));
    const expected = Array.from(heat, (_, p) => attributions[3 * p] + attributions[3 * p + 1] + attributions[3 * p + 2]);
    expectNear(heat, expected, 1e-5);
    expect(completeness!.change).toBeCloseTo(
      attributions.reduce((a, b) => a + b),
      4,
    );
    expect(completeness!.residual).toBeCloseTo(0, 4);
    expect(completeness!.steps).toBe(steps);
  });

  it('tell what the network says of the baseline', () => {
    const { completeness, pixels, logits } = explain('integrated-gradients', { model: flat, side, copies: 1 });
    const values = weightsFrom(flat, formulaValues);
    const [weight, bias] = [values.get('head.weight')!, values.get('head.bias')!];
    const start = normalised(baselineOf(pixels.length));
    const odds = start.reduce((sum, v, i) => sum + v * (weight[2 * i + 1] - weight[2 * i]), bias[1] - bias[0]);
    expect(completeness!.baseline).toBeCloseTo(logits[1] > logits[0] ? odds : -odds, 4);
  });

  it('are the same on every rung', () => {
    const { model } = createModel('resnet_test');
    const [session, eager] = (['session', 'eager'] as const).map((rung) =>
      explain('integrated-gradients', { model, steps: 3, rung }),
    );
    expectNear(session.heat, eager.heat, 1e-4);
  });
});

/** How much of the heat lies on the strongest place of the lattice, as a multiple of its even share. */
function latticeShare(heat: Float32Array, side: number, stride: number): number {
  const places = new Float64Array(stride * stride);
  heat.forEach((v, i) => {
    const [y, x] = [Math.floor(i / side) % stride, (i % side) % stride];
    places[y * stride + x] += Math.abs(v);
  });
  return (Math.max(...places) / places.reduce((a, b) => a + b)) * stride ** 2;
}

describe('shifted copies', () => {
  it('take the heat off the lattice of the stride, and keep the sum', () => {
    const side = 224;
    const { model } = createModel('resnet_test', [side, side]);
    const [one, many] = [1, 8].map((copies) => explain('integrated-gradients', { model, side, steps: 64, copies }));
    expect(one.completeness!.copies).toBe(1);
    expect(many.completeness!.copies).toBe(8);
    expect(many.resolution).toBe(32);
    const [before, after] = [one, many].map(({ heat }) => latticeShare(heat, side, 32));
    expect(after - 1).toBeLessThan(0.5 * (before - 1)); // 1: spread evenly
    const { residual, change } = many.completeness!;
    expect(Math.abs(residual)).toBeLessThan(0.05 * Math.abs(change));
  });
});

describe.each(Object.entries(SMALL))('a network of the family %s', (_, id) => {
  const { model, variant } = createModel(id, [SIDE, SIDE]);

  it('is explained by integrated gradients, which add up to the change of its output', () => {
    const { heat, completeness } = explain('integrated-gradients', { model, id, steps: 256 });
    expect(heat).toHaveLength(SIDE * SIDE);
    expect(heat.every(Number.isFinite)).toBe(true);
    expect(Math.max(...heat)).toBeGreaterThan(0);
    expect(Math.min(...heat)).toBeLessThan(0);
    expect(heat.reduce((a, b) => a + b) - completeness!.change).toBeCloseTo(completeness!.residual, 4);
    expect(Math.abs(completeness!.residual)).toBeLessThan(Math.max(0.03 * Math.abs(completeness!.change), 0.01));
  });

  it('is explained by Grad-CAM where its features lie on a map, and refused where they are tokens', () => {
    if (!saliencyMethods(variant).includes('grad-cam')) {
      expect(() => explain('grad-cam', { model, id })).toThrow('needs a feature map');
      return;
    }
    const { heat, completeness } = explain('grad-cam', { model, id });
    expect(heat).toHaveLength(SIDE * SIDE);
    expect(heat.every((v) => Number.isFinite(v) && v >= 0)).toBe(true);
    expect(Math.max(...heat)).toBeGreaterThan(1.05 * Math.min(...heat));
    expect(completeness).toBeNull();
  });
});

it('covers every family', () => {
  expect(Object.keys(SMALL)).toEqual(FAMILIES.map(({ family }) => family));
});

describe('Grad-CAM', () => {
  const [side, places, channels] = [16, 4, 3];
  const specs = new Specs();
  specs.linear('head', channels, 2);
  /** features: means of 4 x 4 pixels; score: a linear function of the squares of the channels' means */
  const model: Model = {
    classes: 2,
    specs: specs.list,
    features: (_, x) => tf.avgPool(x, side / places, side / places, 'valid'),
    head: (pass, x) => linear(pass, 'head', tf.square(globalPool(x))),
  };

  it('equals its definition: channels weighed by their mean gradient, summed, rectified, enlarged', () => {
    const { heat, completeness, pixels, logits } = explain('grad-cam', { model, side });
    const x = normalised(pixels);
    const block = side / places;
    const features = Array.from({ length: places * places }, (_, p) =>
      Array.from({ length: channels }, (_, c) => {
        let sum = 0;
        for (let i = 0; i < block * block; i++) {
          const row = Math.floor(p / places) * block + Math.floor(i / block);
          const column = (p % places) * block + (i % block);
          sum += x[(row * side + column) * 3 + c];
        }
        return sum / block ** 2;
      }),
    );
    const values = weightsFrom(model, formulaValues).get('head.weight')!; // (in, out)
    const sign = logits[1] > logits[0] ? 1 : -1;
    const weights = Array.from({ length: channels }, (_, c) => {
      const mean = features.reduce((sum, f) => sum + f[c], 0) / features.length;
      return (sign * (values[2 * c + 1] - values[2 * c]) * 2 * mean) / features.length; // the same at every place
    });
    const map = features.map((f) =>
      Math.max(
        0,
        f.reduce((sum, v, c) => sum + weights[c] * v, 0),
      ),
    );
    expect(map.filter((v) => v > 0).length).toBeGreaterThan(0);
    expect(map.filter((v) => v === 0).length).toBeGreaterThan(0);
    expectNear(heat, enlarged(Float32Array.from(map), [places, places], [side, side]), 1e-4);
    expect(completeness).toBeNull();
  });
});
