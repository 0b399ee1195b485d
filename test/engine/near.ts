import { expect } from 'vitest';

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((a, v) => Math.max(a, Math.abs(v)), 0);

/** Nowhere farther apart than `tolerance` times the largest value. */
export function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what = 'values'): void {
  expect(actual.length, what).toBe(expected.length);
  const apart = Array.from(actual, (value, i) => value - expected[i]);
  expect(apart.every(Number.isFinite), `${what} are finite`).toBe(true);
  expect(largest(apart), what).toBeLessThanOrEqual(tolerance * largest(expected));
}
