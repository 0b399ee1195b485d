import { describe, expect, it } from 'vitest';
import { shiftsOf, sourcesOf } from '../../../main/inference/shifts.ts';

describe('shifted copies', () => {
  it('begin with the image itself and stay within one period of the lattice', () => {
    for (const stride of [1, 2, 4, 14, 16, 32])
      for (let copies = 1; copies <= Math.min(8, stride); copies++) {
        const shifts = shiftsOf(stride, copies);
        expect(shifts).toHaveLength(copies);
        expect(shifts[0]).toEqual([0, 0]);
        expect(shifts.flat().every((s) => Number.isInteger(s) && s >= 0 && s < stride)).toBe(true);
        expect(new Set(shifts.map(String)).size).toBe(copies);
      }
  });

  it('put the lattice to eight places that are far from each other', () => {
    const shifts = shiftsOf(32, 8);
    const around = (a: number, b: number) => Math.min(Math.abs(a - b), 32 - Math.abs(a - b));
    const distances = shifts.flatMap(([y, x], i) => shifts.slice(i + 1).map(([v, u]) => Math.hypot(around(y, v), around(x, u))));
    expect(Math.min(...distances)).toBeGreaterThan(8);
    expect(new Set(shifts.map(([y]) => y)).size).toBe(8);
    expect(new Set(shifts.map(([, x]) => x)).size).toBe(8);
  });

  it('take every pixel from the image, mirrored at its edges', () => {
    expect([...sourcesOf([1, 0], [3, 2])]).toEqual([0, 1, 0, 1, 2, 3]);
    expect([...sourcesOf([0, 2], [1, 4])]).toEqual([1, 0, 0, 1]);
    expect([...sourcesOf([0, 0], [2, 2])]).toEqual([0, 1, 2, 3]);
    expect(sourcesOf([31, 17], [32, 32]).every((i) => i >= 0 && i < 1024)).toBe(true);
  });
});
