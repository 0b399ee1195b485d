import { describe, expect, it } from 'vitest';
import { Limit } from '../../../main/lab/limit.ts';

describe('a limit of work at once', () => {
  it('runs so much, lets a little wait, and refuses the rest', async () => {
    const limit = new Limit(2, 1);
    const ends: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running--;
    };
    const started = [limit.run(work), limit.run(work), limit.run(work)];
    await expect(limit.run(work)).rejects.toMatchObject({ code: 'not-available' });
    ends[0]();
    await started[0];
    await Promise.resolve();
    expect(running).toBe(2);
    ends.slice(1).forEach((end) => end());
    await Promise.all(started);
    expect(most).toBe(2);
    const again = limit.run(work);
    ends.at(-1)!();
    await again;
  });

  it('gives the place of what was cancelled or failed to the next', async () => {
    const limit = new Limit(1, 2);
    const stop = new AbortController();
    let fail!: (error: Error) => void;
    const first = limit.run(() => new Promise((_, reject) => (fail = reject)));
    const second = limit.run(async () => 2, stop.signal);
    const third = limit.run(async () => 3);
    stop.abort();
    fail(new Error('it broke'));
    await expect(first).rejects.toThrow('it broke');
    await expect(second).rejects.toThrow();
    expect(await third).toBe(3);
  });
});
