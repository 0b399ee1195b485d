import { readdirSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { presetPlan } from '../../../shared/contract/plan.ts';
import type { TrialImage, TrialMessage } from '../../../shared/contract/trial.ts';
import { findVariant } from '../../../shared/domain/catalogue.ts';
import { hashPixels } from '../../../main/pictures/read-image.ts';
import { Pictures } from '../../../main/pictures/pictures.ts';
import { evaluationView, type Pixels, shrink } from '../../../main/pictures/resample.ts';
import { trialConfig } from '../../helpers/config.ts';
import { noise } from '../../helpers/noise.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const variant = findVariant('resnet18')!;
const inputSize = [16, 16] as const;

/** A trial's config on PNG files of noise. */
async function setUp(count: number) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'data'));
  const sources: Pixels[] = [];
  const images: TrialImage[] = [];
  for (let i = 0; i < count; i++) {
    const source = noise(70, 46, i);
    const { width, height, data } = source;
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 1 })
      .toFile(join(folder, 'data', `${i}.png`));
    sources.push(source);
    const pixelSha256 = hashPixels(width, height, data);
    images.push({ path: `${i}.png`, label: 'benign', magnification: 40, case: '1', slide: '1', pixelSha256 });
  }
  const { augmentation } = presetPlan('quick', 'Q', folder);
  const config = trialConfig({
    inputSize: [...inputSize],
    augmentation: { ...augmentation, scale: [0.5, 1] },
    dataset: { folder: join(folder, 'data') },
    train: images,
    cacheFolder: join(folder, 'cache'),
  });
  const sent: TrialMessage[] = [];
  const stop = new AbortController();
  const pictures = new Pictures(config, variant, { send: (message) => sent.push(message), signal: stop.signal, check: () => {} });
  return { folder, images, sources, sent, pictures, stop: () => stop.abort() };
}

describe('training images', () => {
  it('come in order, several decoded at once, and tell how many are done', async () => {
    const { pictures, sources, sent } = await setUp(9);
    const images = await pictures.training();
    expect(images!.map(({ data }) => Buffer.from(data))).toEqual(sources.map((s) => Buffer.from(shrink(s, 2).data)));
    expect(sent).toEqual(sources.map((_, i) => ({ type: 'phase', phase: 'decoding', done: i + 1, total: 9 })));
  });

  it('are none when stopped', async () => {
    const { pictures, sent, stop } = await setUp(6);
    stop();
    expect(await pictures.training()).toBe(null);
    expect(sent).toEqual([]);
  });
});

describe('evaluation images', () => {
  const view = { inputSize, mode: 'crop', cropPct: variant.cropPct, filter: variant.interpolation } as const;

  it('come in batches in order, the first time and from the cache', async () => {
    const { pictures, images, sources, sent } = await setUp(70);
    const views = Buffer.concat(sources.map((source) => evaluationView(source, view)));
    for (let time = 0; time < 2; time++) {
      const batches = await Array.fromAsync(
        pictures.evaluation(
          images.map((image) => ({ image })),
          'testing',
        ),
      );
      expect(batches.map((batch) => batch.images.length)).toEqual([32, 32, 6]);
      expect(batches.flatMap((batch) => batch.images.map(({ image }) => image))).toEqual(images);
      expect(Buffer.concat(batches.map(({ pixels }) => pixels))).toEqual(views);
    }
    const progress = [32, 64, 70].map((done) => ({ type: 'phase', phase: 'testing', done, total: 70 }));
    expect(sent).toEqual([...progress, ...progress]);
  });

  it('are read ahead while the thread of the caller is blocked, and not without bound', async () => {
    const { folder, pictures, images } = await setUp(200);
    const cached = () =>
      readdirSync(join(folder, 'cache'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.rgb')).length;
    const block = (ms: number, condition: () => boolean) => {
      for (const until = performance.now() + ms; performance.now() < until && condition(););
    };
    for await (const _ of pictures.evaluation(
      images.map((image) => ({ image })),
      'validating',
    )) {
      block(10_000, () => cached() < 3 * 32); // this thread does nothing else, as when TensorFlow computes
      block(200, () => true);
      expect(cached()).toBe(3 * 32); // this batch and two more
      break;
    }
  });

  it('end when stopped, with what was read ahead given up', async () => {
    const { folder, pictures, images, sent, stop } = await setUp(100);
    for await (const _ of pictures.evaluation(
      images.map((image) => ({ image })),
      'validating',
    ))
      stop();
    expect(sent).toEqual([{ type: 'phase', phase: 'validating', done: 32, total: 100 }]);
    const files = async () => (await readdir(folder, { recursive: true })).length;
    const before = await files();
    await setTimeout(100);
    expect(await files()).toBe(before); // nobody writes any more
  });

  it('name the image that changed', async () => {
    const { pictures, images } = await setUp(3);
    const changed = images.map((image, i) => (i === 1 ? { ...image, pixelSha256: 'f'.repeat(64) } : image));
    await expect(
      Array.fromAsync(
        pictures.evaluation(
          changed.map((image) => ({ image })),
          'testing',
        ),
      ),
    ).rejects.toMatchObject({
      code: 'damaged-file',
      details: { path: expect.stringContaining('1.png') as string },
    });
  });
});
