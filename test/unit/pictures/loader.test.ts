import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { augmentationSchema } from '../../../shared/contract/plan.ts';
import { Loader, stepsPerEpoch } from '../../../main/pictures/loader.ts';
import { noise } from '../../helpers/noise.ts';

const settings = augmentationSchema.parse({});

describe('the loader', () => {
  const images = Array.from({ length: 10 }, (_, i) => noise(40, 30, i));
  const collect = async (threads: number, epochs: number[]) => {
    const loader = new Loader({ images, inputSize: [32, 32], batchSize: 4, augmentation: settings, seed: 3, threads });
    try {
      const seen: { images: number[]; bytes: string }[] = [];
      for (const epoch of epochs)
        for await (const batch of loader.epoch(epoch))
          seen.push({ images: [...batch.images], bytes: Buffer.from(batch.pixels).toString('base64') });
      return seen;
    } finally {
      await loader.close();
    }
  };

  it('gives the same batches whatever the number of threads', async () => {
    expect(await collect(1, [0, 1])).toEqual(await collect(3, [0, 1]));
  });

  it('gives an epoch the same batches alone as after others: a resumed trial sees what it would have seen', async () => {
    const all = await collect(2, [0, 1, 2]);
    expect(await collect(2, [2])).toEqual(all.slice(-stepsPerEpoch(10, 4)));
  });

  it('drops the incomplete batch, uses no image twice in an epoch, and differs between epochs', async () => {
    const [a, b, c, d] = await collect(1, [0, 1]);
    expect(new Set([...a.images, ...b.images]).size).toBe(8);
    expect([...a.images, ...b.images]).not.toEqual([...c.images, ...d.images]);
  });

  it('makes one smaller batch of too few images', async () => {
    const loader = new Loader({
      images: images.slice(0, 3),
      inputSize: [32, 32],
      batchSize: 8,
      augmentation: settings,
      seed: 3,
      threads: 1,
    });
    for await (const batch of loader.epoch(0)) expect(batch.images.length).toBe(3);
    await loader.close();
  });

  it('can be left in the middle of an epoch', async () => {
    const loader = new Loader({ images, inputSize: [32, 32], batchSize: 2, augmentation: settings, seed: 3, threads: 2 });
    for await (const _ of loader.epoch(0)) break;
    let count = 0;
    for await (const _ of loader.epoch(1)) count++;
    expect(count).toBe(5);
    await loader.close();
  });

  it('goes on rightly after an epoch that was left, whatever it had prepared', async () => {
    const loader = new Loader({ images, inputSize: [32, 32], batchSize: 4, augmentation: settings, seed: 3, threads: 2 });
    for await (const _ of loader.epoch(4)) break;
    const seen: string[] = [];
    for (const epoch of [4, 5, 1])
      for await (const batch of loader.epoch(epoch)) seen.push(Buffer.from(batch.pixels).toString('base64'));
    await loader.close();
    const alone = await Promise.all([collect(1, [4]), collect(1, [5]), collect(1, [1])]);
    expect(seen).toEqual(alone.flat().map(({ bytes }) => bytes));
  });

  it('gives batches that start at multiples of 64 bytes, in memory that starts at a page', async () => {
    const loader = new Loader({ images, inputSize: [5, 7], batchSize: 3, augmentation: settings, seed: 3, threads: 2 });
    const starts = new Set<number>();
    for await (const { pixels } of loader.epoch(0)) {
      expect(pixels.length).toBe(3 * 5 * 7 * 3);
      expect(pixels.buffer.byteLength % 65536).toBe(0); // only WebAssembly's memory is made of pages
      starts.add(pixels.byteOffset);
    }
    await loader.close();
    expect(starts.size).toBe(3);
    for (const start of starts) expect(start % 64).toBe(0);
  });

  it('counts the seconds that were waited for batches, anew in each epoch', async () => {
    const big = Array.from({ length: 48 }, (_, i) => noise(300, 200, i));
    const loader = new Loader({ images: big, inputSize: [224, 224], batchSize: 16, augmentation: settings, seed: 3, threads: 1 });
    const run = async (epoch: number, pause: number) => {
      const started = performance.now();
      for await (const _ of loader.epoch(epoch)) await setTimeout(pause);
      return (performance.now() - started) / 1000;
    };
    expect(loader.waitedSeconds).toBe(0);
    const seconds = await run(0, 0);
    const hurried = loader.waitedSeconds; // the thread has to start, and nothing is ahead of the first batch
    expect(hurried).toBeGreaterThan(0);
    expect(hurried).toBeLessThanOrEqual(seconds);
    await setTimeout(500); // as in validation: the next epoch's batches are made meanwhile
    await run(1, 200);
    await loader.close();
    expect(loader.waitedSeconds).toBeLessThan(hurried);
  });
});
