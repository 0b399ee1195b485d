import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { findVariant, parseWaveMix } from '../../shared/domain/catalogue.ts';
import { crossEntropy } from '../../main/engine/operators.ts';
import { loadTensorFlow } from '../../main/engine/tensorflow.ts';
import type { Model } from '../../main/models/model.ts';
import { resnet, RESNETS } from '../../main/models/resnet.ts';
import { wavemix } from '../../main/models/wavemix.ts';
import { evaluationPass, Weights } from '../../main/models/weights.ts';
import { Trainer } from '../../main/training/trainer.ts';
import { reference } from '../helpers/fixture.ts';
import { formulaValues, uniform } from '../helpers/formula.ts';

interface Reference {
  batch: number;
  size: number;
  logits: [number, number][];
  loss: number;
  gradientNorms: Record<string, number>;
  tenSteps: number[];
}

const undropped = (id: string): Model => wavemix({ ...parseWaveMix(id)!, dropout: 0 }, 2);
const MODELS: [string, () => Model][] = [
  ['resnet18', () => resnet(RESNETS.resnet18, 2)],
  ['wavemix_16_2_l1', () => undropped('wavemix_16_2')],
  ['wavemix_16_2_l2', () => undropped('wavemix_16_2_l2')],
  ['wavemix_16_2_l3', () => undropped('wavemix_16_2_l3')],
];

beforeAll(async () => {
  await loadTensorFlow();
});

/** rtol and atol as in numpy.testing.assert_allclose. */
function expectClose(actual: number, expected: number, rtol: number, atol: number, what: string): void {
  expect(Math.abs(actual - expected), `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(
    atol + rtol * Math.abs(expected),
  );
}

const input = ({ batch, size }: Reference) =>
  tf.tensor4d(Float32Array.from(uniform('input', batch * size * size * 3)), [batch, size, size, 3]);
const labels = (n: number) => Array.from({ length: n }, (_, i) => i % 2);

it('shares the formula with the reference scripts', () => {
  const expected = reference<{ uniform: number[] }>('hash').uniform;
  expect([...uniform('input', 8)]).toEqual(expected);
});

describe.each(MODELS)('%s against PyTorch', (name, build) => {
  const expected = reference<Reference>(name);

  it('has the same logits in evaluation', () => {
    const model = build();
    const weights = new Weights(model, formulaValues);
    const logits = tf.tidy(() => model.forward(evaluationPass(weights), input(expected)).arraySync() as number[][]);
    expected.logits.forEach((row, i) =>
      row.forEach((value, j) => expectClose(logits[i][j], value, 1e-3, 1e-4, `logit ${i},${j}`)),
    );
    weights.dispose();
  });

  it('has the same loss and the same gradient norm of every parameter', () => {
    const model = build();
    const weights = new Weights(model, formulaValues);
    tf.tidy(() => {
      const hot = tf.oneHot(tf.tensor1d(labels(expected.batch), 'int32'), 2);
      const targets = tf.add(tf.mul(tf.cast(hot, 'float32'), 0.9), 0.05) as tf.Tensor2D;
      const pass = { ...evaluationPass(weights), training: true };
      const trainable = weights.trainable();
      const x = input(expected);
      const { value, grads } = tf.variableGrads(
        () => crossEntropy(model.forward(pass, x), targets),
        trainable.map((t) => t.variable),
      );
      expectClose(value.dataSync()[0], expected.loss, 1e-4, 1e-6, 'loss');
      expect(trainable.map((t) => t.spec.name).sort()).toEqual(Object.keys(expected.gradientNorms).sort());
      const largest = Math.max(...Object.values(expected.gradientNorms));
      for (const { spec, variable } of trainable) {
        const norm = tf.norm(grads[variable.name]).dataSync()[0];
        // a bias in front of a normalisation has no gradient but rounding
        expectClose(norm, expected.gradientNorms[spec.name], 1e-3, 1e-5 * largest, spec.name);
      }
    });
    weights.dispose();
  });

  it('follows ten steps of SGD', () => {
    const model = build();
    const settings = trainingSchema.parse({ weightDecay: 2e-5, momentum: 0.9, labelSmoothing: 0.1 });
    const trainer = new Trainer(model, findVariant('resnet18')!, new Weights(model, formulaValues), settings, 0);
    const x = input(expected);
    expected.tenSteps.forEach((loss, step) => {
      const result = trainer.stepOn(x, labels(expected.batch), 0.01, step);
      expectClose(result.loss, loss, 1e-3, 1e-4, `loss of step ${step + 1}`);
    });
    x.dispose();
    trainer.dispose();
  });
});
