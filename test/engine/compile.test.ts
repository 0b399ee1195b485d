process.env.TF_XLA_FLAGS = '--tf_xla_cpu_global_jit'; // read once, when TensorFlow is loaded
process.env.TF_ENABLE_ONEDNN_OPTS = '1';

import * as tf from '@tensorflow/tfjs-core';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Binding, TensorValues } from '../../main/engine/binding.ts';
import { compile } from '../../main/engine/compile.ts';
import { gelu } from '../../main/engine/operators/activation.ts';
import { conv2d } from '../../main/engine/operators/convolution.ts';
import { crossEntropy, smoothedTargets } from '../../main/engine/operators/loss.ts';
import { batchNormTraining } from '../../main/engine/operators/normalisation.ts';
import { dropout, statelessUniform } from '../../main/engine/operators/random.ts';
import { type CompiledStep, type CompileOptions, type Rung, RUNGS, type Step } from '../../main/engine/step.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { uniform } from '../helpers/formula.ts';
import { expectNear } from './near.ts';

const floats = (name: string, n: number) => Float32Array.from(uniform(name, n));
const variable = (name: string, shape: number[]) => ({
  shape,
  values: floats(
    name,
    shape.reduce((a, b) => a * b, 1),
  ),
});
const zero = (shape: number[]) => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

let binding: Binding;
let handles: number;
let tensors: number;
const compiled: { dispose(): void }[] = [];

/** Compiles, to be disposed of when the test ends. */
function build<Inputs extends string>(step: Step<Inputs>, options: CompileOptions<Inputs>): CompiledStep<Inputs> {
  const result = compile(step, options);
  compiled.push(result);
  return result;
}

beforeAll(async () => {
  ({ binding } = (await loadTensorFlow()).backend);
});
beforeEach(() => {
  [handles, tensors] = [binding.getNumOfTensors(), tf.memory().numTensors];
});
afterEach(() => {
  compiled.splice(0).forEach((step) => step.dispose());
  expect(binding.getNumOfTensors(), 'handles after the test').toBe(handles);
  expect(tf.memory().numTensors, 'tensors after the test').toBe(tensors);
});

type NetworkInput = 'pixels' | 'labels' | 'seed' | 'rate';
const [BATCH, SIZE, CHANNELS] = [4, 6, 8];

/** A convolution with batch normalisation, GELU and dropout, trained with momentum; uint8 and int32 inputs. */
const network: Step<NetworkInput> = ({ pixels, labels, seed, rate }, variables) => {
  const value = (name: string) => variables.get(name)!;
  const updates = new Map<string, tf.Tensor>();
  const { value: loss, grads } = tf.variableGrads(
    () => {
      const x = tf.sub(tf.div(pixels, 127.5), 1) as tf.Tensor4D;
      const h = conv2d(x, value('filter') as tf.Tensor4D, 1, [1, 1]);
      const running = { mean: value('mean') as tf.Tensor1D, variance: tf.ones([CHANNELS]) as tf.Tensor1D };
      const parameters = { gain: tf.ones([CHANNELS]) as tf.Tensor1D, bias: tf.zeros([CHANNELS]) as tf.Tensor1D, ...running };
      const { y, mean } = batchNormTraining(h, parameters, 1e-5, 0.1);
      updates.set('mean', tf.keep(mean));
      const features = tf.mean(dropout(gelu(y), 0.3, seed as tf.Tensor1D), [1, 2]) as tf.Tensor2D;
      const logits = tf.matMul(features, value('dense') as tf.Tensor2D) as tf.Tensor2D;
      return crossEntropy(logits, smoothedTargets(labels as tf.Tensor1D, 2, 0.1));
    },
    ['filter', 'dense'].map((name) => value(name)),
  );
  for (const name of ['filter', 'dense']) {
    const momentum = tf.add(tf.mul(value(`${name}.momentum`), 0.9), grads[value(name).name]);
    updates.set(`${name}.momentum`, momentum);
    updates.set(name, tf.sub(value(name), tf.mul(momentum, rate)));
  }
  const mean = updates.get('mean')!;
  updates.set('mean', tf.clone(mean));
  mean.dispose();
  return { outputs: { loss }, updates };
};
const networkOptions: CompileOptions<NetworkInput> = {
  inputs: {
    pixels: { shape: [BATCH, SIZE, SIZE, 3], dtype: 'uint8' },
    labels: { shape: [BATCH], dtype: 'int32' },
    seed: { shape: [2], dtype: 'int32' },
    rate: { shape: [], dtype: 'float32' },
  },
  variables: new Map([
    ['filter', variable('filter', [3, 3, 3, CHANNELS])],
    ['dense', variable('dense', [CHANNELS, 2])],
    ['filter.momentum', zero([3, 3, 3, CHANNELS])],
    ['dense.momentum', zero([CHANNELS, 2])],
    ['mean', zero([CHANNELS])],
  ]),
};
const feeds = (step: number): Record<NetworkInput, TensorValues> => ({
  pixels: Uint8Array.from(uniform(`pixels ${step}`, BATCH * SIZE * SIZE * 3), (v) => (v + 1) * 127.5),
  labels: Int32Array.from({ length: BATCH }, (_, i) => (i + step) % 2),
  seed: Int32Array.of(7, step),
  rate: Float32Array.of(0.1 / (1 + step)),
});

/** One number in and out, and two variables. */
const small: Step<'x'> = ({ x }, variables) => {
  const [a, b] = [variables.get('a')!, variables.get('b')!];
  return { outputs: { y: tf.add(tf.sum(x), tf.sum(a)) }, updates: new Map([['a', tf.add(a, b)]]) };
};
const smallOptions: CompileOptions<'x'> = {
  inputs: { x: { shape: [2, 2], dtype: 'float32' } },
  variables: new Map([
    ['a', { shape: [3], values: Float32Array.of(1, 2, 3) }],
    ['b', { shape: [3], values: Float32Array.of(10, 20, 30) }],
  ]),
};
const ones = { x: Float32Array.of(1, 1, 1, 1) };
const withStep = (y: (x: tf.Tensor) => tf.Tensor, rung: Rung = 'xla') =>
  build(({ x }: { x: tf.Tensor }) => ({ outputs: { y: y(x) } }), { ...smallOptions, rung });

describe.each(RUNGS)('on rung "%s"', (rung) => {
  it('a step takes that rung, and says how long that took', () => {
    const step = build(small, { ...smallOptions, rung });
    expect(step).toMatchObject({ rung, precision: 'float32', refusals: [] });
    expect(step.compileSeconds).toBeGreaterThan(0);
  });

  it('five steps of training equal plain ones: loss and every variable', () => {
    const plain = build(network, { ...networkOptions, rung: 'eager' });
    const step = build(network, { ...networkOptions, rung });
    expect(step.rung).toBe(rung);
    for (let i = 0; i < 5; i++) {
      const expected = plain.run(feeds(i)).loss;
      expect(expected.length).toBe(1);
      expectNear(step.run(feeds(i)).loss, expected, 1e-5, `loss of step ${i}`);
    }
    const expected = plain.read();
    expect([...step.read().keys()]).toEqual([...networkOptions.variables.keys()]);
    for (const [name, values] of step.read()) {
      expectNear(values, expected.get(name)!, 1e-5, name);
      expect(values, `${name} was updated`).not.toEqual(networkOptions.variables.get(name)!.values);
    }
  });

  it('dropout follows the seed that is fed', () => {
    const step = build<'seed'>(({ seed }) => ({ outputs: { y: statelessUniform([5], seed as tf.Tensor1D) } }), {
      inputs: { seed: { shape: [2], dtype: 'int32' } },
      variables: new Map(),
      rung,
    });
    const first = step.run({ seed: Int32Array.of(1, 2) }).y;
    expect(step.run({ seed: Int32Array.of(1, 3) }).y).not.toEqual(first);
    expect(step.run({ seed: Int32Array.of(1, 2) }).y).toEqual(first);
    expect(first).toEqual(tf.tidy(() => statelessUniform([5], tf.tensor1d([1, 2], 'int32')).dataSync()));
  });

  it('an output is what the variables were before the step', () => {
    const step = build(small, { ...smallOptions, rung });
    expect([...step.run(ones).y]).toEqual([10]);
    expect([...step.run(ones).y]).toEqual([70]);
  });

  it('variables can change places', () => {
    const swap: Step<'x'> = (_, variables) => ({
      outputs: { a: variables.get('a')! },
      updates: new Map([
        ['a', variables.get('b')!],
        ['b', variables.get('a')!],
      ]),
    });
    const step = build(swap, { ...smallOptions, rung });
    expect([...step.run(ones).a]).toEqual([1, 2, 3]);
    expect([...step.read().values()].map((v) => [...v])).toEqual([
      [10, 20, 30],
      [1, 2, 3],
    ]);
  });

  it('variables are read and written together and by name', () => {
    const step = build(small, { ...smallOptions, rung });
    step.write(new Map([['b', Float32Array.of(4, 5, 6)]]));
    expect([...step.read().values()]).toEqual([Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)]);
    step.write(new Map(['a', 'b'].map((name, i) => [name, new Float32Array(3).fill(i + 1)])));
    step.run(ones);
    expect([...step.read(['b', 'a'])]).toEqual([
      ['b', Float32Array.of(2, 2, 2)],
      ['a', Float32Array.of(3, 3, 3)],
    ]);
    expect([...step.read(['b']).keys()]).toEqual(['b']);
  });

  it('variables share no memory with the arrays that they are written from and read into', () => {
    // TensorFlow shares arrays that are aligned to 64 bytes: here four in sixteen are
    const arrays = Array.from({ length: 16 }, (_, i) => new Float32Array(new ArrayBuffer(4096), 4 * i * 4, 3).fill(i));
    const names = arrays.map((_, i) => `v${i}`);
    const step = build<'x'>(
      (_, variables) => ({
        outputs: { y: tf.addN([...variables.values()]) },
        updates: new Map([...variables].map(([name, v]) => [name, tf.add(v, 1)])),
      }),
      { ...smallOptions, variables: new Map(names.map((name, i) => [name, { shape: [3], values: arrays[i] }])), rung },
    );
    const expectAll = (values: ReadonlyMap<string, Float32Array>, more: number) =>
      names.forEach((name, i) => expect([...values.get(name)!], name).toEqual([i + more, i + more, i + more]));
    step.run(ones);
    arrays.forEach((array, i) => expect([...array], `start of v${i}`).toEqual([i, i, i]));
    step.write(new Map(names.map((name, i) => [name, arrays[i]])));
    arrays.forEach((array) => array.fill(-1));
    const read = step.read();
    expectAll(read, 0);
    for (const values of read.values()) values.fill(-1);
    step.run(ones);
    expectAll(step.read(), 1);
    arrays.forEach((array) => expect([...array]).toEqual([-1, -1, -1]));
  });

  it('a variable without values starts at zero', () => {
    const variables = new Map([
      ['a', { shape: [3] }],
      ['b', { shape: [3], values: Float32Array.of(1, 2, 3) }],
    ]);
    const step = build(small, { ...smallOptions, variables, rung });
    expect([...step.run(ones).y]).toEqual([4]);
    expect([...step.read().get('a')!]).toEqual([1, 2, 3]);
  });

  it('what does not fit is an error that names it, and changes nothing', () => {
    const step = build(small, { ...smallOptions, rung });
    expect(() => step.run({ x: new Float32Array(3) })).toThrow('input "x" has 3 values, but its shape is [2, 2]');
    expect(() => step.run({} as Record<'x', Float32Array>)).toThrow('input "x" has no values');
    expect(() => step.read(['c'])).toThrow('there is no variable "c"');
    expect(() => step.write(new Map([['c', new Float32Array(3)]]))).toThrow('there is no variable "c"');
    expect(() => step.write(new Map([['a', new Float32Array(4)]]))).toThrow('variable "a" has 4 values, but its shape is [3]');
    expect([...step.run(ones).y]).toEqual([10]);
  });

  it('a step that updates what is no variable is an error that names it', () => {
    const step = build<'x'>(({ x }) => ({ outputs: { x }, updates: new Map([['c', x]]) }), { ...smallOptions, rung });
    expect(() => step.run(ones)).toThrow('there is no variable "c"');
    for (const { reason } of step.refusals) expect(reason).toBe('the step updates "c", which is no variable');
  });

  it('a tensor from outside is still there afterwards; a recorded step keeps a copy', () => {
    const used = tf.tensor1d([1, 2]);
    const [computed, early] = [tf.square(used), tf.tensor1d([5, 6])];
    expect([...computed.dataSync()]).toEqual([1, 4]);
    const step = withStep((x) => tf.add(tf.mul(x, computed), early), rung);
    expect([...step.run(ones).y]).toEqual([6, 10, 6, 10]);
    expect([...tf.tidy(() => tf.add(computed, early).dataSync())]).toEqual([6, 10]);
    for (const tensor of [used, computed, early]) tensor.dispose();
    if (rung !== 'eager') expect([...step.run(ones).y]).toEqual([6, 10, 6, 10]);
  });

  it('a Fourier transform, whose values are complex, equals a plain one', () => {
    const filter = (x: tf.Tensor) => {
      const frequencies = tf.spectral.fft(tf.complex(x, tf.zerosLike(x)));
      return tf.real(tf.spectral.ifft(tf.mul(frequencies, tf.complex(tf.tensor1d([1, 0]), tf.tensor1d([0, 0])))));
    };
    const step = withStep(filter, rung);
    expect(step.rung).toBe(rung);
    expect([...step.run({ x: Float32Array.of(1, 3, 2, 8) }).y]).toEqual([2, 2, 5, 5]); // the mean of each row
  });

  it('a thousand steps leave no handle and no memory', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const step = build(network, { ...networkOptions, rung });
    const steps = (n: number) => {
      for (let i = 0; i < n; i++) step.run(feeds(i % 10));
      collect();
      return [binding.getNumOfTensors(), tf.memory().numTensors, process.memoryUsage.rss()];
    };
    const [handlesBefore, tensorsBefore, bytesBefore] = steps(500);
    const [handlesAfter, tensorsAfter, bytesAfter] = steps(1000);
    expect([handlesAfter, tensorsAfter]).toEqual([handlesBefore, tensorsBefore]);
    if (rung !== 'eager') expect((bytesAfter - bytesBefore) / 2 ** 20, 'MiB').toBeLessThan(8); // tfjs leaves much to collect
  });
});

describe('a rung that cannot be taken', () => {
  it('is refused when the step reads values, and the step goes on eagerly', () => {
    const step = withStep((x) => tf.mul(x, tf.sum(x).dataSync()[0]));
    expect(step.rung).toBe('eager');
    expect(step.refusals.map(({ rung }) => rung)).toEqual(['xla', 'session']);
    for (const { reason } of step.refusals)
      expect(reason).toContain('cannot read the values of a tensor: return it as an output');
    expect([...step.run({ x: Float32Array.of(1, 2, 3, 4) }).y]).toEqual([10, 20, 30, 40]);
  });

  it('is refused when a large tensor comes from outside', () => {
    const outside = tf.tensor2d(floats('large', 600 * 600), [600, 600]);
    const step = withStep((x) => tf.add(tf.sum(x), tf.sum(outside)));
    expect(step.rung).toBe('eager');
    expect(step.refusals.map(({ reason }) => reason)).toEqual(
      Array(2).fill('a recorded step uses a tensor [600, 600] from outside: make it an input or a variable'),
    );
    outside.dispose();
  });

  it('is "xla" when it has no such operator, and the step goes on in a session', () => {
    const crop = (x: tf.Tensor) =>
      tf.image.cropAndResize(
        tf.reshape(x, [1, 2, 2, 1]) as tf.Tensor4D,
        tf.tensor2d([0, 0, 1, 1], [1, 4]),
        tf.tensor1d([0], 'int32'),
        [3, 3],
      );
    const step = withStep(crop);
    expect(step.rung).toBe('session');
    expect(step.refusals).toEqual([{ rung: 'xla', reason: expect.stringContaining('CropAndResize') as string }]);
    expectNear(step.run({ x: Float32Array.of(1, 2, 3, 4) }).y, [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4], 1e-6);
  });

  it('is "xla" when randomness depends on a variable', () => {
    const drawn: Step<'x'> = ({ x }, variables) => {
      const seed = tf.cast(tf.slice(variables.get('a')!, 0, 2), 'int32') as tf.Tensor1D;
      return { outputs: { y: tf.mul(x, statelessUniform([2, 2], seed)) } };
    };
    const step = build(drawn, smallOptions);
    expect(step).toMatchObject({ rung: 'session', refusals: [{ rung: 'xla' }] });
    expect(step.run(ones).y).toEqual(tf.tidy(() => statelessUniform([2, 2], tf.tensor1d([1, 2], 'int32')).dataSync()));
  });

  it('is not tried when a lower one is asked for', () => {
    expect(withStep((x) => tf.square(x), 'session')).toMatchObject({ rung: 'session', refusals: [] });
  });

  it('is any but "eager" without TensorFlow', () => {
    void tf.setBackend('cpu');
    try {
      const step = compile(small, smallOptions);
      expect(step.rung).toBe('eager');
      expect(step.refusals).toEqual(['xla', 'session'].map((rung) => ({ rung, reason: 'the backend "cpu" records no graphs' })));
      step.run(ones);
      expect([...step.read().get('a')!]).toEqual([11, 22, 33]);
      step.dispose();
    } finally {
      void tf.setBackend('tensorflow');
    }
  });

  it('leaves the error of a step that fails everywhere to its first run', () => {
    const step = withStep(() => {
      throw new Error('no such layer');
    });
    expect(step.refusals.map(({ reason }) => reason)).toEqual(['no such layer', 'no such layer']);
    expect(() => step.run(ones)).toThrow('no such layer');
  });
});
