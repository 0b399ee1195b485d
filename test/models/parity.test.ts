import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import type { Variant } from '../../shared/domain/families/index.ts';
import { compile } from '../../main/engine/compile.ts';
import type { InputSpec, Step } from '../../main/engine/step.ts';
import { crossEntropy, smoothedTargets } from '../../main/engine/operators/loss.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { forward, type Model } from '../../main/models/model.ts';
import { buildModel } from '../../main/models/registry.ts';
import { evaluationPass, weightsFrom, weightVariables } from '../../main/models/weights.ts';
import { initialState, trainStep } from '../../main/training/train-step.ts';
import { networkId, networkNames, type NetworkReference, reference } from '../helpers/fixture.ts';
import { formulaValues, uniform } from '../helpers/formula.ts';

/** The largest networks take minutes, and so do ten steps of any published one: `npm run test:full` has them. */
const FULL = process.env.MAGNILAB_TEST_FULL !== undefined;
const LARGE = 30e6;
const NETWORKS = networkNames().filter((name) => FULL || findVariant(networkId(name))!.params < LARGE);
const isSmall = (name: string) => findVariant(networkId(name))!.params < 250_000;

/** Without randomness, as in the reference. */
function build(name: string, { size }: NetworkReference): Model {
  const variant = findVariant(networkId(name))!;
  const dims = { ...variant.dims, dropout: 0, dropPath: 0 };
  return buildModel({ ...variant, dims } as Variant, size, 2);
}

beforeAll(async () => {
  await loadTensorFlow();
});

/** rtol and atol as in numpy.testing.assert_allclose. */
function expectClose(actual: number, expected: number, rtol: number, atol: number, what: string): void {
  expect(Math.abs(actual - expected), `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(
    atol + rtol * Math.abs(expected),
  );
}

const formulaWeights = (model: Model, { shift }: NetworkReference) => weightsFrom(model, (spec) => formulaValues(spec, shift));
const input = ({ batch, size }: NetworkReference) => Float32Array.from(uniform('input', batch * size[0] * size[1] * 3));
const labels = (n: number) => Int32Array.from({ length: n }, (_, i) => i % 2);
const pictures = ({ batch, size }: NetworkReference): InputSpec => ({ shape: [batch, ...size, 3], dtype: 'float32' });

/** What a step returns for a model with the formula's weights. */
function once(model: Model, expected: NetworkReference, step: Step<'x' | 'labels'>): Record<string, Float32Array> {
  const program = compile(step, {
    inputs: { x: pictures(expected), labels: { shape: [expected.batch], dtype: 'int32' } },
    variables: weightVariables(model, formulaWeights(model, expected)),
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

describe.each(NETWORKS)('%s against PyTorch', { timeout: 600_000 }, (name) => {
  const expected = reference<NetworkReference>(`networks/${name}`);

  it('has the same logits in evaluation', () => {
    const model = build(name, expected);
    const { logits } = once(model, expected, ({ x }, variables) => ({
      outputs: { logits: forward(model, evaluationPass(variables), x as tf.Tensor4D) },
    }));
    expected.logits.flat().forEach((value, i) => expectClose(logits[i], value, 1e-3, 1e-4, `logit ${i}`));
  });

  it('has the same loss and the same gradient norm of every parameter', () => {
    const model = build(name, expected);
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

  it.runIf(FULL || isSmall(name))('follows ten steps of SGD', () => {
    const model = build(name, expected);
    const settings = trainingSchema.parse({ weightDecay: 2e-5, momentum: 0.9, labelSmoothing: 0.1 });
    const normalise = (x: tf.Tensor4D) => x;
    const definition = trainStep({
      model,
      settings,
      batchSize: expected.batch,
      inputSize: expected.size,
      normalise,
      pixels: 'float32',
    });
    const variables = initialState(definition, formulaWeights(model, expected));
    const program = compile(definition.step, { inputs: definition.inputs, variables, rung: 'eager' });
    const one = Float32Array.of(1);
    expected.tenSteps.forEach((loss, step) => {
      const result = program.run({
        pixels: input(expected),
        labels: labels(expected.batch),
        seed: Int32Array.of(0, step),
        learningRate: Float32Array.of(expected.learningRate),
        correction1: one,
        correction2: one,
      });
      expectClose(result.loss[0], loss, 1e-3, 1e-4, `loss of step ${step + 1}`);
    });
    program.dispose();
  });
});
