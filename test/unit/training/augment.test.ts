import { describe, expect, it } from 'vitest';
import { augmentationSchema } from '../../../shared/contract/plan.ts';
import { Random } from '../../../shared/domain/random.ts';
import { augment, randomCrop } from '../../../main/training/augment.ts';
import { Loader, stepsPerEpoch } from '../../../main/training/loader.ts';
import type { Pixels } from '../../../main/training/resample.ts';
import { shrinkFactor } from '../../../main/training/pictures.ts';

const settings = augmentationSchema.parse({});

function picture(width: number, height: number, seed: number): Pixels {
  const random = new Random(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}

describe('augmentation', () => {
  it('crops inside the picture, with area and ratio in range', () => {
    const source = picture(70, 46, 1);
    for (let i = 0; i < 500; i++) {
      const { x, y, width, height } = randomCrop(source, settings, new Random(i));
      expect(x >= 0 && y >= 0 && x + width <= 70 && y + height <= 46).toBe(true);
      expect((width * height) / (70 * 46)).toBeGreaterThan(0.06);
      expect(width / height).toBeGreaterThan(0.6);
      expect(width / height).toBeLessThan(1.6);
    }
  });

  it('is a function of its random numbers', () => {
    const source = picture(70, 46, 2);
    const run = (seed: number) => {
      const target = new Uint8Array(32 * 32 * 3);
      augment(source, settings, [32, 32], new Random(seed), target);
      return target;
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('shrinks only as far as the smallest crop allows', () => {
    expect(shrinkFactor({ width: 700, height: 460, data: new Uint8Array() }, [64, 64], 0.35)).toBe(4);
    expect(shrinkFactor({ width: 700, height: 460, data: new Uint8Array() }, [224, 224], 0.08)).toBe(1);
  });
});

describe('the loader', () => {
  const images = Array.from({ length: 10 }, (_, i) => picture(40, 30, i));
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
});
