import { describe, expect, it } from 'vitest';
import { nextPlace } from './arrow-keys.ts';

describe('arrow keys', () => {
  const grid = [0, 50, 100].flatMap((y) => [0, 100, 200].map((x) => ({ x, y })));
  const [left, right, up, down] = [[-1, 0], [1, 0], [0, -1], [0, 1]] as const; // prettier-ignore

  it('go to the neighbour in their direction, and nowhere at the edge', () => {
    expect(nextPlace(grid[4], grid, left)).toBe(3);
    expect(nextPlace(grid[4], grid, right)).toBe(5);
    expect(nextPlace(grid[4], grid, up)).toBe(1);
    expect(nextPlace(grid[4], grid, down)).toBe(7);
    expect(nextPlace(grid[5], grid, right)).toBe(-1);
    expect(nextPlace(grid[0], grid, up)).toBe(-1);
  });

  it('pass over a square that is not there', () => {
    const holed = grid.filter((_, i) => i !== 4);
    expect(holed[nextPlace(grid[3], holed, right)]).toEqual(grid[5]);
  });
});
