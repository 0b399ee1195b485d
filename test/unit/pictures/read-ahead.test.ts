import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readAhead } from '../../../main/pictures/read-ahead.ts';

const items = [30, 5, 20, 1, 10]; // milliseconds that each takes

it('keeps the order of the items, with no more under way than allowed', async () => {
  let [now, most] = [0, 0];
  const work = async (ms: number, index: number) => {
    most = Math.max(most, ++now);
    await setTimeout(ms);
    now--;
    return index;
  };
  expect(await Array.fromAsync(readAhead(items, 3, work))).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(3);
});

it('works on while the consumer is busy', async () => {
  const started: number[] = [];
  for await (const result of readAhead(items, 3, async (_, index) => (started.push(index), index))) {
    if (result === 0) expect(started).toEqual([0, 1, 2, 3]);
    if (result === 1) expect(started).toEqual([0, 1, 2, 3, 4]);
  }
});

it('throws the first failure in order, when the rest has settled', async () => {
  const settled: number[] = [];
  const work = async (ms: number, index: number) => {
    await setTimeout(ms);
    settled.push(index);
    if (index < 2) throw new Error(`item ${index}`);
  };
  await expect(Array.fromAsync(readAhead(items, 3, work))).rejects.toThrow('item 0');
  expect(settled.sort()).toEqual([0, 1, 2]);
});

it('tells the work when it is left early, and waits for it', async () => {
  const settled: number[] = [];
  const work = async (ms: number, index: number) => {
    await setTimeout(ms);
    settled.push(index);
  };
  let abandoned = 0;
  for await (const _ of readAhead(items, 2, work, () => abandoned++)) break;
  expect(abandoned).toBe(1);
  expect(settled.sort()).toEqual([0, 1, 2]); // one was given out, two were under way
});
