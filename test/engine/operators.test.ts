import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gelu, hardSigmoid, hardSwish, relu, relu6 } from '../../main/engine/operators/activation.ts';
import { conv2d, depthwiseConv2d, maxPool, type Padding } from '../../main/engine/operators/convolution.ts';
import { realFourier } from '../../main/engine/operators/fourier.ts';
import { addBias, matMul } from '../../main/engine/operators/linear.ts';
import { crossEntropy, smoothedTargets } from '../../main/engine/operators/loss.ts';
import { nodeBackend } from '../../main/engine/operators/node.ts';
import { type BatchNormParameters, batchNormTraining, layerNorm } from '../../main/engine/operators/normalisation.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { uniform } from '../helpers/formula.ts';
import { expectNear } from './near.ts';

type Operator = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Values in TensorFlow's order, with their shape, that go from one backend to the other. */
interface Values {
  readonly shape: number[];
  readonly values: Float32Array;
}

interface Case {
  readonly name: string;
  readonly operator: Operator;
  /** the same by plain tfjs */
  readonly composed: Operator;
  readonly inputs: readonly Values[];
  /** of central differences */
  readonly step?: number;
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const random = (name: string, shape: number[]): Values => ({
  shape,
  values: Float32Array.from(uniform(name, product(shape)), (v) => 2 * v),
});

/** Values in [-4, 4] of which no two are nearer than `8 / n`, none nearer than half of that to a whole number: no corner is near. */
function distinct(name: string, shape: number[]): Values {
  const n = product(shape);
  const order = [...uniform(name, n).entries()].sort((a, b) => a[1] - b[1]).map(([i]) => i);
  const values = Float32Array.from(order, (rank) => -4 + (8 * (rank + 0.5)) / n);
  return { shape, values };
}

const pad = (x: tf.Tensor, [before, after]: Padding, value = 0) => {
  const spatial: [number, number] = [before, after];
  return tf.pad(x, [[0, 0], spatial, spatial, [0, 0]], value) as tf.Tensor4D;
};

const sigmoid6 = (x: tf.Tensor) => tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6);
const normalised = (x: tf.Tensor, axes: number[], gain: tf.Tensor, bias: tf.Tensor) => {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), gain), bias);
};

const activations: Case[] = [
  ['relu', relu, tf.relu] as const,
  ['relu6', relu6, (x: tf.Tensor) => tf.clipByValue(x, 0, 6)] as const,
  ['hardSigmoid', hardSigmoid, sigmoid6] as const,
  ['hardSwish', hardSwish, (x: tf.Tensor) => tf.mul(x, sigmoid6(x))] as const,
  ['gelu', gelu, (x: tf.Tensor) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2)))))] as const,
].map(([name, operator, composed]) => {
  const { shape, values } = distinct(name, [4, 5, 8]);
  return { name, operator, composed, inputs: [{ shape, values: values.map((v) => 2 * v) }], step: 5e-3 }; // beyond 6
});

const [RUNNING_MEAN, RUNNING_VARIANCE] = [0.3, 2];

/** Batch normalisation where a quarter of the running statistics comes from the batch. */
function batchNormed(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor) {
  const running = { mean: tf.fill(gain.shape, RUNNING_MEAN), variance: tf.fill(gain.shape, RUNNING_VARIANCE) };
  const parameters = { gain, bias, ...running } as BatchNormParameters;
  return batchNormTraining(x as tf.Tensor4D, parameters, 1e-5, 0.25);
}

/** The definition: cos 2 pi (j k / H + j' k' / W + j'' k'' / C) for every pair of places, [H W C, H W C]. */
function fourierMatrix([, ...sizes]: readonly number[]): tf.Tensor2D {
  const n = product(sizes);
  const place = (i: number) => sizes.map((size, axis) => Math.floor(i / product(sizes.slice(axis + 1))) % size);
  const value = (j: number[], k: number[]) =>
    Math.cos(2 * Math.PI * sizes.reduce((sum, size, a) => sum + (j[a] * k[a]) / size, 0));
  const places = Array.from({ length: n }, (_, i) => place(i));
  return tf.tensor2d(
    places.flatMap((j) => places.map((k) => value(j, k))),
    [n, n],
  );
}

/** What is convolved: kernel, stride, padding, image height and width. */
type Geometry = readonly [kernel: number, stride: number, padding: Padding, size: readonly [number, number]];
const title = (operator: string, [kernel, stride, padding, size]: Geometry) =>
  `${operator} of ${size.join('x')} with kernel ${kernel}, stride ${stride}, padding ${padding.join('+')}`;

const convolutions: Case[] = (
  [
    [1, 1, [0, 0], [5, 4]],
    [1, 2, [0, 0], [5, 4]],
    [3, 1, [1, 1], [6, 5]],
    [3, 2, [1, 1], [8, 7]],
    [7, 2, [3, 3], [9, 10]],
    [2, 1, [0, 1], [5, 6]],
    [4, 1, [1, 2], [6, 7]],
    [4, 2, [1, 1], [8, 6]],
    [3, 2, [0, 1], [7, 8]],
  ] satisfies Geometry[]
).map((geometry) => {
  const [kernel, stride, padding, size] = geometry;
  return {
    name: title('conv2d', geometry),
    operator: (x, w) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, padding),
    composed: (x, w) => tf.conv2d(pad(x, padding), w as tf.Tensor4D, stride, 'valid'),
    inputs: [random('image', [2, ...size, 3]), random('filter', [kernel, kernel, 3, 4])],
  };
});

const depthwise: Case[] = (
  [
    [3, 1, [1, 1], [6, 5]],
    [5, 1, [2, 2], [6, 7]],
    [7, 1, [3, 3], [9, 8]],
    [9, 1, [4, 4], [8, 10]],
    [3, 1, [0, 0], [6, 5]],
    [3, 1, [2, 2], [5, 5]],
    [4, 1, [1, 2], [6, 7]],
    [2, 1, [0, 1], [5, 6]],
    [3, 2, [1, 1], [8, 7]],
    [5, 2, [2, 2], [9, 8]],
    [3, 2, [0, 1], [8, 8]],
    [3, 1, [1, 1], [66, 65]],
    [4, 1, [1, 2], [66, 65]],
  ] satisfies Geometry[]
).map((geometry) => {
  const [kernel, stride, padding, size] = geometry;
  return {
    name: title('depthwiseConv2d', geometry),
    operator: (x, w) => depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, padding),
    composed: (x, w) => tf.depthwiseConv2d(pad(x, padding), w as tf.Tensor4D, stride, 'valid'),
    inputs: [random('image', [2, ...size, 3]), random('filter', [kernel, kernel, 3, 1])],
  };
});

const pools: Case[] = (
  [
    [2, 2, [0, 0], [6, 4]],
    [3, 2, [1, 1], [7, 8]],
    [3, 1, [1, 1], [5, 6]],
    [2, 1, [0, 1], [5, 4]],
  ] satisfies Geometry[]
).map((geometry) => {
  const [size, stride, padding, [height, width]] = geometry;
  const { shape, values } = distinct('pool', [2, height, width, 2]);
  return {
    name: title('maxPool', geometry),
    operator: (x) => maxPool(x as tf.Tensor4D, size, stride, padding),
    composed: (x) => tf.maxPool(pad(x, padding, -1000), size, stride, 'valid'),
    inputs: [{ shape, values: values.map((v) => v - 5) }], // all below zero, the usual padding
    step: 1e-3,
  };
});

const others: Case[] = [
  {
    name: 'batchNormTraining',
    operator: (x, gain, bias) => batchNormed(x, gain, bias).y,
    composed: (x, gain, bias) => normalised(x, [0, 1, 2], gain, bias),
    inputs: [random('bn', [3, 4, 5, 3]), random('gain', [3]), random('bias', [3])],
  },
  ...[
    [2, 3, 4, 6],
    [2, 5, 8],
    [7, 3],
  ].map((shape) => ({
    name: `layerNorm of [${shape.join(', ')}]`,
    operator: ((x, gain, bias) => layerNorm(x, gain as tf.Tensor1D, bias as tf.Tensor1D, 1e-5)) as Operator,
    composed: ((x, gain, bias) => normalised(x, [shape.length - 1], gain, bias)) as Operator,
    inputs: [random('ln', shape), random('gain', [shape.at(-1)!]), random('bias', [shape.at(-1)!])],
  })),
  ...[
    [2, 3, 4, 6],
    [7, 3],
  ].map((shape) => ({
    name: `addBias to [${shape.join(', ')}]`,
    operator: ((x, bias) => addBias(x, bias as tf.Tensor1D)) as Operator,
    composed: ((x, bias) => tf.add(x, bias)) as Operator,
    inputs: [random('x', shape), random('bias', [shape.at(-1)!])],
  })),
  {
    name: 'matMul',
    operator: (x, weight) => matMul(x as tf.Tensor2D, weight as tf.Tensor2D),
    composed: (x, weight) => tf.sum(tf.mul(tf.expandDims(x, 2), tf.expandDims(weight, 0)), 1),
    inputs: [random('x', [5, 4]), random('weight', [4, 3])],
  },
  ...[
    [2, 4, 6, 5],
    [1, 5, 3, 4],
    [2, 1, 2, 1],
  ].map((shape) => ({
    name: `realFourier of [${shape.join(', ')}]`,
    operator: ((x) => realFourier(x as tf.Tensor4D)) as Operator,
    composed: ((x) => tf.reshape(tf.matMul(tf.reshape(x, [shape[0], -1]), fourierMatrix(shape)), shape)) as Operator,
    inputs: [random('x', shape)],
  })),
  {
    name: 'crossEntropy',
    operator: (logits) =>
      crossEntropy(logits as tf.Tensor2D, tf.tensor2d([0.1, 0.7, 0.2, 1, 0, 0, 0.05, 0.05, 0.9, 0, 0.5, 0.5], [4, 3])),
    composed: (logits) => {
      const targets = tf.tensor2d([0.1, 0.7, 0.2, 1, 0, 0, 0.05, 0.05, 0.9, 0, 0.5, 0.5], [4, 3]);
      return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.log(tf.softmax(logits as tf.Tensor2D))), 1)));
    },
    inputs: [random('logits', [4, 3])],
  },
];

const CASES = [...activations, ...convolutions, ...depthwise, ...pools, ...others];

const tensor = ({ shape, values }: Values) => tf.tensor(values, shape);
const valuesOf = (operator: Operator, inputs: readonly Values[]) =>
  tf.tidy(() =>
    operator(...inputs.map(tensor))
      .dataSync<'float32'>()
      .slice(),
  );

/** What the result is multiplied by before it is summed. */
const weightsOf = (n: number) => Float32Array.from(uniform('weights', n));

/** Gradients of sum(operator(inputs) * weights). */
function gradientsOf(operator: Operator, inputs: readonly Values[]): Float32Array[] {
  return tf.tidy(() => {
    const loss = (...given: tf.Tensor[]) => {
      const y = operator(...given);
      return tf.sum(tf.mul(y, tf.tensor(weightsOf(y.size), y.shape)));
    };
    return tf
      .grads(loss)(inputs.map(tensor))
      .map((g) => g.dataSync<'float32'>().slice());
  });
}

/** Slopes of the same sum along a direction, by central differences, summed in double precision. */
function slope(operator: Operator, inputs: readonly Values[], which: number, direction: Float64Array, step: number): number {
  const moved = (by: number) => {
    const { shape, values } = inputs[which];
    const input = { shape, values: values.map((v, i) => v + by * direction[i]) };
    return valuesOf(operator, inputs.with(which, input));
  };
  const [above, below] = [moved(step), moved(-step)];
  const weights = weightsOf(above.length);
  return above.reduce((sum, v, i) => sum + (v - below[i]) * weights[i], 0) / (2 * step);
}

/** What an operator gives on tfjs' own backend, which calls nothing of TensorFlow's by name. */
function portable<T>(run: () => T): T {
  void tf.setBackend('cpu');
  try {
    expect(nodeBackend()).toBeNull();
    return run();
  } finally {
    void tf.setBackend('tensorflow');
  }
}

beforeAll(async () => {
  await loadTensorFlow();
});

describe.each(CASES)('$name', ({ operator, composed, inputs, step = 1e-2 }) => {
  it('has the values of the operators that it stands for', () => {
    expect(nodeBackend()).not.toBeNull();
    expectNear(valuesOf(operator, inputs), valuesOf(composed, inputs), 2e-6);
  });

  it('has their gradients too', () => {
    const expected = gradientsOf(composed, inputs);
    gradientsOf(operator, inputs).forEach((gradient, i) => expectNear(gradient, expected[i], 2e-5, `gradient ${i}`));
  });

  it('has the slopes that central differences show', () => {
    gradientsOf(operator, inputs).forEach((gradient, i) => {
      for (const name of ['first', 'second', 'third']) {
        const direction = uniform(`${name} direction`, gradient.length);
        const products = gradient.map((g, j) => g * direction[j]);
        const expected = slope(operator, inputs, i, direction, step);
        const size = Math.hypot(...products);
        expect(Math.abs(products.reduce((a, b) => a + b, 0) - expected), `input ${i}, ${name}`).toBeLessThan(2e-3 * size);
      }
    });
  });

  it('is the same without TensorFlow', () => {
    const [values, gradients] = portable(() => [valuesOf(operator, inputs), gradientsOf(operator, inputs)] as const);
    expectNear(valuesOf(operator, inputs), values, 2e-6);
    gradientsOf(operator, inputs).forEach((gradient, i) => expectNear(gradient, gradients[i], 2e-5, `gradient ${i}`));
  });
});

it('gelu is exact, not the tanh approximation', () => {
  expect(tf.tidy(() => gelu(tf.tensor1d([1, -2])).dataSync()[0])).toBeCloseTo(0.8413447, 6);
  expect(tf.tidy(() => gelu(tf.tensor1d([1, -2])).dataSync()[1])).toBeCloseTo(-0.0455003, 6);
});

describe.each(['tensorflow', 'cpu'])('on the backend "%s"', (backend) => {
  beforeEach(() => {
    void tf.setBackend(backend);
    tf.engine().startScope();
  });
  afterEach(() => tf.engine().endScope());
  afterAll(() => tf.setBackend('tensorflow'));

  it('batch normalisation blends the mean and the unbiased variance of the batch into the running ones', () => {
    const x = tensor(random('bn', [3, 4, 5, 2])) as tf.Tensor4D;
    const { mean, variance } = batchNormed(x, tf.tensor1d([1.2, 0.7]), tf.tensor1d([0.1, -0.2]));
    const values = x.dataSync();
    for (const channel of [0, 1]) {
      const own = Array.from(values).filter((_, i) => i % 2 === channel);
      const average = own.reduce((a, b) => a + b, 0) / 60;
      const unbiased = own.reduce((a, v) => a + (v - average) ** 2, 0) / 59;
      expect(mean.dataSync()[channel]).toBeCloseTo(0.75 * RUNNING_MEAN + 0.25 * average, 5);
      expect(variance.dataSync()[channel]).toBeCloseTo(0.75 * RUNNING_VARIANCE + 0.25 * unbiased, 5);
    }
  });

  it('batch normalisation of a single value has no variance, and its result is the bias', () => {
    const { y, variance } = batchNormed(tf.ones([1, 1, 1, 1]), tf.tensor1d([2]), tf.tensor1d([0.5]));
    expect([y.dataSync()[0], variance.dataSync()[0]]).toEqual([0.5, 0.75 * RUNNING_VARIANCE]);
  });

  it('batch normalisation leaves three tensors, and its gradient no other', () => {
    const [x, gain, bias] = [tensor(random('bn', [3, 4, 5, 2])) as tf.Tensor4D, tf.tensor1d([1, 1]), tf.tensor1d([0, 0])];
    const running = { mean: tf.tensor1d([0, 0]), variance: tf.tensor1d([1, 1]) };
    const before = tf.memory().numTensors;
    tf.grad((t: tf.Tensor) => {
      const { y, mean, variance } = batchNormTraining(t as tf.Tensor4D, { gain, bias, ...running }, 1e-5, 0.25);
      return tf.addN([tf.sum(tf.square(y)), tf.sum(mean), tf.sum(variance)]);
    })(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
    batchNormTraining(x, { gain, bias, ...running }, 1e-5, 0.25);
    expect(tf.memory().numTensors).toBe(before + 3);
  });

  it('cross-entropy stands logits that exp cannot', () => {
    const logits = tf.tensor2d([500, -500, -500, 500], [2, 2]);
    expect(crossEntropy(logits, tf.tensor2d([1, 0, 1, 0], [2, 2])).dataSync()[0]).toBe(500);
  });

  it('smoothed targets spread their share over all classes', () => {
    const labels = tf.tensor1d([1, 0, 2], 'int32');
    const [off, on] = [0.1 / 3, 0.9 + 0.1 / 3];
    expectNear(smoothedTargets(labels, 3, 0.1).dataSync(), [off, on, off, on, off, off, off, off, on], 1e-6);
    expect([...smoothedTargets(labels, 3, 0).dataSync()]).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1]);
  });
});
