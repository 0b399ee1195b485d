import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dropout, dropPath, statelessUniform } from '../../main/engine/operators/random.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { uniform } from '../helpers/formula.ts';
import { expectNear } from './near.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

describe.each(['tensorflow', 'cpu'])('on the backend "%s"', (backend) => {
  const seeds = (a: number, b: number) => tf.tensor1d([a, b], 'int32');

  const random = (shape: number[]) =>
    tf.tensor(
      Float32Array.from(
        uniform(
          'x',
          shape.reduce((a, b) => a * b, 1),
        ),
      ),
      shape,
    );

  beforeEach(() => {
    void tf.setBackend(backend);
    tf.engine().startScope();
  });
  afterEach(() => tf.engine().endScope());
  afterAll(() => tf.setBackend('tensorflow'));

  it('uniform numbers depend on the seed alone and fill [0, 1) evenly', () => {
    const draw = (a: number, b: number) => statelessUniform([40, 100], seeds(a, b));
    expect(draw(1, 2).shape).toEqual([40, 100]);
    const values = draw(1, 2).dataSync<'float32'>();
    expect(draw(1, 2).dataSync()).toEqual(values);
    expect(draw(1, 3).dataSync()).not.toEqual(values);
    expect(draw(2, 2).dataSync()).not.toEqual(values);
    expect(Math.min(...values) >= 0 && Math.max(...values) < 1).toBe(true);
    for (let bin = 0; bin < 10; bin++) {
      const share = values.filter((v) => Math.floor(v * 10) === bin).length / values.length;
      expect(Math.abs(share - 0.1), `bin ${bin}`).toBeLessThan(5 * Math.sqrt(0.09 / values.length));
    }
  });

  it('dropout is a mask of that seed, scaled, in values and gradient', () => {
    const x = random([40, 50]);
    const mask = Float32Array.from(statelessUniform([40, 50], seeds(3, 4)).dataSync(), (v) => (v >= Math.fround(0.3) ? 1 : 0));
    const values = dropout(x, 0.3, seeds(3, 4)).dataSync();
    expectNear(
      values,
      x.dataSync().map((v, i) => (v * mask[i]) / 0.7),
      1e-6,
    );
    const gradient = tf
      .grad((t: tf.Tensor) => tf.sum(dropout(t, 0.3, seeds(3, 4))))(x)
      .dataSync();
    expectNear(
      gradient,
      mask.map((v) => v / 0.7),
      1e-6,
    );
    const zeros = values.filter((v) => v === 0).length / 2000;
    expect(Math.abs(zeros - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / 2000));
    expect(dropout(x, 0.3, seeds(3, 5)).dataSync()).not.toEqual(values);
  });

  it('stochastic depth drops whole samples, in values and gradient', () => {
    const x = random([200, 2, 3]);
    const path = (t: tf.Tensor) => dropPath(t, 0.25, seeds(5, 6));
    const kept = path(tf.ones([200, 1])).dataSync<'float32'>();
    expect([...new Set(kept)].sort()).toEqual([0, Math.fround(4 / 3)]);
    expect(Math.abs(kept.filter((v) => v === 0).length / 200 - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / 200));
    const each = (i: number) => kept[Math.floor(i / 6)];
    expectNear(
      path(x).dataSync(),
      x.dataSync().map((v, i) => v * each(i)),
      1e-6,
    );
    const gradient = tf
      .grad((t: tf.Tensor) => tf.sum(path(t)))(x)
      .dataSync();
    expectNear(
      gradient,
      gradient.map((_, i) => each(i)),
      1e-6,
    );
  });
});
