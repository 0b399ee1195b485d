import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../main/engine/compile.ts';
import { lookUp, roll } from '../../main/engine/operators/rearrangement.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { uniform } from '../helpers/formula.ts';
import { expectNear } from './near.ts';

process.env.TF_XLA_FLAGS = '--tf_xla_cpu_global_jit'; // read once, when TensorFlow is loaded

beforeAll(async () => {
  await loadTensorFlow();
});
afterEach(() => tf.setBackend('tensorflow'));

const SHAPE = [2, 5, 4, 3];
const values = (name: string, n: number) => Float32Array.from(uniform(name, n));

/** x[..., i - shift, ...] by plain indexing. */
function rolled(x: Float32Array, shift: readonly number[], axes: readonly number[]): Float32Array {
  const strides = SHAPE.map((_, axis) => SHAPE.slice(axis + 1).reduce((a, b) => a * b, 1));
  return x.map((_, at) => {
    const index = strides.map((stride, axis) => Math.floor(at / stride) % SHAPE[axis]);
    axes.forEach((axis, i) => (index[axis] = (((index[axis] - shift[i]) % SHAPE[axis]) + SHAPE[axis]) % SHAPE[axis]));
    return x[index.reduce((sum, i, axis) => sum + i * strides[axis], 0)];
  });
}

describe.each(['tensorflow', 'cpu'])('on the backend "%s"', (backend) => {
  it.each([
    [[2], [1]],
    [[-3], [2]],
    [
      [-1, 2],
      [1, 2],
    ],
    [[0], [1]],
    [[7], [1]],
  ])('roll by %j along %j moves values round, and gradients back', async (shifts, axes) => {
    await tf.setBackend(backend);
    const x = values('x', 120);
    const weight = values('weight', 120);
    const f = (t: tf.Tensor) => tf.sum(tf.mul(roll(t, shifts, axes), tf.tensor(weight, SHAPE)));
    expect(Float32Array.from(roll(tf.tensor(x, SHAPE), shifts, axes).dataSync())).toEqual(rolled(x, shifts, axes));
    const back = shifts.map((s) => -s);
    expect(Float32Array.from(tf.grad(f)(tf.tensor(x, SHAPE)).dataSync())).toEqual(rolled(weight, back, axes));
  });

  it('lookUp takes rows of a table, and adds their gradients up', async () => {
    await tf.setBackend(backend);
    const table = tf.tensor2d(values('table', 12), [4, 3]);
    const rows = [2, 0, 2, 3, 2];
    expectNear(lookUp(table, rows).dataSync(), tf.gather(table, rows).dataSync(), 1e-6);
    const weight = tf.tensor2d(values('rows', 15), [5, 3]);
    const gradient = (f: (t: tf.Tensor2D) => tf.Tensor) =>
      tf
        .grad((t: tf.Tensor) => tf.sum(tf.mul(f(t as tf.Tensor2D), weight)))(table)
        .dataSync();
    expectNear(
      gradient((t) => lookUp(t, rows)),
      gradient((t) => tf.gather(t, rows)),
      1e-6,
    );
  });
});

it.each(['session', 'xla'] as const)('are recorded on rung "%s"', (rung) => {
  const program = compile(
    ({ x, table }) => ({ outputs: { y: roll(x, [1, -2], [1, 2]), rows: lookUp(table as tf.Tensor2D, [1, 1, 0]) } }),
    {
      inputs: { x: { shape: SHAPE, dtype: 'float32' }, table: { shape: [2, 3], dtype: 'float32' } },
      variables: new Map(),
      rung,
    },
  );
  expect(program).toMatchObject({ rung, refusals: [] });
  const x = values('x', 120);
  const { y, rows } = program.run({ x, table: Float32Array.of(1, 2, 3, 4, 5, 6) });
  expect(y).toEqual(rolled(x, [1, -2], [1, 2]));
  expect([...rows]).toEqual([4, 5, 6, 4, 5, 6, 1, 2, 3]);
  program.dispose();
});
