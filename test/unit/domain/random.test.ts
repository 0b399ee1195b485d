import { describe, expect, it } from 'vitest';
import { hashCounters, Random } from '../../../shared/domain/random.ts';

describe('counter-based random numbers', () => {
  it('are a function of their counters', () => {
    expect(hashCounters(1, 2, 3)).toBe(hashCounters(1, 2, 3));
    expect(new Set(Array.from({ length: 1000 }, (_, i) => hashCounters(7, i))).size).toBe(1000);
    expect(hashCounters(1, 2)).not.toBe(hashCounters(2, 1));
  });

  it('are uniform: mean, variance and every decile within five standard errors', () => {
    const random = new Random(5);
    const n = 20_000;
    const draws = Array.from({ length: n }, () => random.next());
    const mean = draws.reduce((a, b) => a + b) / n;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    const deciles = new Array<number>(10).fill(0);
    for (const draw of draws) deciles[Math.floor(draw * 10)]++;
    for (const count of deciles) expect(Math.abs(count - n / 10)).toBeLessThan(5 * Math.sqrt(n * 0.09));
  });

  it('are normal with the asked mean and deviation', () => {
    const random = new Random(6);
    const n = 20_000;
    const draws = Array.from({ length: n }, () => random.normal(3, 2));
    const mean = draws.reduce((a, b) => a + b) / n;
    const sd = Math.sqrt(draws.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
    expect(Math.abs(mean - 3)).toBeLessThan(5 * (2 / Math.sqrt(n)));
    expect(Math.abs(sd - 2)).toBeLessThan(0.1);
  });

  it('shuffle to a permutation that depends on the seed', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const a = new Random(1).shuffle([...items]);
    const b = new Random(2).shuffle([...items]);
    expect([...a].sort((x, y) => x - y)).toEqual(items);
    expect(a).not.toEqual(b);
    expect(a).toEqual(new Random(1).shuffle([...items]));
  });
});
