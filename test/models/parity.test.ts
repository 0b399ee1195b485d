import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { parseWaveMix } from '../../shared/domain/catalogue.ts';
import { compile } from '../../main/engine/compile.ts';
import type { InputSpec, Step } from '../../main/engine/step.ts';
import { crossEntropy, smoothedTargets } from '../../main/engine/operators/loss.ts';
import { loadTensorFlow } from '../../main/engine/tensorflow.ts';
import { forward, type Model } from '../../main/models/model.ts';
import { resnet, RESNETS } from '../../main/models/resnet.ts';
import { wavemix } from '../../main/models/wavemix.ts';
import { evaluationPass, weightsFrom, weightVariables } from '../../main/models/weights.ts';
import { initialState, trainStep } from '../../main/training/train-step.ts';
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

const input = ({ batch, size }: Reference) => Float32Array.from(uniform('input', batch * size * size * 3));
const labels = (n: number) => Int32Array.from({ length: n }, (_, i) => i % 2);
const pictures = ({ batch, size }: Reference): InputSpec => ({ shape: [batch, size, size, 3], dtype: 'float32' });

/** What a step returns for a model with the formula's weights. */
function once(model: Model, expected: Reference, step: Step<'x' | 'labels'>): Record<string, Float32Array> {
  const program = compile(step, {
    inputs: { x: pictures(expected), labels: { shape: [expected.batch], dtype: 'int32' } },
    variables: weightVariables(model, weightsFrom(model, formulaValues)),
    rung: 'session',
  });
  expect(program.refusals).toEqual([]);
  try {
    return program.run({ x: input(expected), labels: labels(expected.batch) });
  } finally {
    program.dispose();
  }
}

it('shares the formula with the reference scripts', () => {
  const expected = reference<{ uniform: number[] }>('hash').uniform;
  expect([...uniform('input', 8)]).toEqual(expected);
});

describe.each(MODELS)('%s against PyTorch', (name, build) => {
  const expected = reference<Reference>(name);

  it('has the same logits in evaluation', () => {
    const model = build();
    const { logits } = once(model, expected, ({ x }, variables) => ({
      outputs: { logits: forward(model, evaluationPass(variables), x as tf.Tensor4D) },
    }));
    expected.logits.flat().forEach((value, i) => expectClose(logits[i], value, 1e-3, 1e-4, `logit ${i}`));
  });

  it('has the same loss and the same gradient norm of every parameter', () => {
    const model = build();
    const trainable = model.specs.filter((spec) => spec.trainable);
    const { loss, ...norms } = once(model, expected, ({ x, labels }, variables) => {
      const targets = smoothedTargets(labels as tf.Tensor1D, 2, 0.1);
      const pass = { ...evaluationPass(variables), training: true };
      const { value, grads } = tf.variableGrads(
        () => crossEntropy(forward(model, pass, x as tf.Tensor4D), targets),
        trainable.map(({ name }) => variables.get(name)!),
      );
      const norms = trainable.map(({ name }, i) => [`norm${i}`, tf.norm(grads[variables.get(name)!.name])]);
      return { outputs: { loss: value, ...(Object.fromEntries(norms) as Record<string, tf.Tensor>) } };
    });
    expectClose(loss[0], expected.loss, 1e-4, 1e-6, 'loss');
    expect(trainable.map(({ name }) => name).sort()).toEqual(Object.keys(expected.gradientNorms).sort());
    const largest = Math.max(...Object.values(expected.gradientNorms));
    trainable.forEach(({ name }, i) =>
      // a bias in front of a normalisation has no gradient but rounding
      expectClose(norms[`norm${i}`][0], expected.gradientNorms[name], 1e-3, 1e-5 * largest, name),
    );
  });

  it('follows ten steps of SGD', () => {
    const model = build();
    const settings = trainingSchema.parse({ weightDecay: 2e-5, momentum: 0.9, labelSmoothing: 0.1 });
    const inputSize = [expected.size, expected.size] as const;
    const normalise = (x: tf.Tensor4D) => x;
    const definition = trainStep({ model, settings, batchSize: expected.batch, inputSize, normalise, pixels: 'float32' });
    const variables = initialState(definition, weightsFrom(model, formulaValues));
    const program = compile(definition.step, { inputs: definition.inputs, variables, rung: 'eager' });
    const one = Float32Array.of(1);
    expected.tenSteps.forEach((loss, step) => {
      const result = program.run({
        pixels: input(expected),
        labels: labels(expected.batch),
        seed: Int32Array.of(0, step),
        learningRate: Float32Array.of(0.002),
        correction1: one,
        correction2: one,
      });
      expectClose(result.loss[0], loss, 1e-3, 1e-4, `loss of step ${step + 1}`);
    });
    program.dispose();
  });
});
