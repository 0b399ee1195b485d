import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodeImage, hashPixels } from '../../../main/pictures/read-image.ts';
import { PixelCache } from '../../../main/pictures/pixel-cache.ts';
import { shrink } from '../../../main/pictures/resample.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

async function setUp() {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.png');
  const data = Buffer.from(Uint8Array.from({ length: 12 * 8 * 3 }, (_, i) => (i * 37) % 256));
  await sharp(data, { raw: { width: 12, height: 8, channels: 3 } })
    .png()
    .toFile(path);
  const decoded = await decodeImage(path);
  if (!decoded.ok) throw new Error('the test image cannot be decoded');
  return { folder, image: { path, pixelSha256: hashPixels(12, 8, decoded.data) }, cache: new PixelCache(join(folder, 'cache')) };
}

const entries = async (folder: string) =>
  (await readdir(join(folder, 'cache'), { recursive: true, withFileTypes: true }))
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name));

it('decodes once and then reads its own file', async () => {
  const { folder, image, cache } = await setUp();
  let treated = 0;
  const treat = (p: Parameters<typeof shrink>[0]) => (treated++, shrink(p, 2));
  const first = await cache.get(image, 'half', treat);
  const second = await cache.get(image, 'half', treat);
  expect(treated).toBe(1);
  expect(second).toEqual({ width: 6, height: 4, data: Buffer.from(first.data) });
  expect(await entries(folder)).toHaveLength(1); // no temporary file stays
});

it('makes a damaged entry again', async () => {
  const { folder, image, cache } = await setUp();
  const whole = await cache.get(image, 'half', (p) => shrink(p, 2));
  const [entry] = await entries(folder);
  for (const damage of [Buffer.alloc(0), (await readFile(entry)).subarray(0, 30), Buffer.alloc(12 + 6 * 4 * 3)]) {
    await writeFile(entry, damage);
    expect(Buffer.from((await cache.get(image, 'half', (p) => shrink(p, 2))).data)).toEqual(Buffer.from(whole.data));
  }
});

it('refuses an image that changed since it was indexed, naming it', async () => {
  const { image, cache } = await setUp();
  const data = Buffer.alloc(12 * 8 * 3, 9);
  await sharp(data, { raw: { width: 12, height: 8, channels: 3 } })
    .png()
    .toFile(image.path);
  await expect(cache.get(image, 'half', (p) => p)).rejects.toMatchObject({ code: 'damaged-file', details: { path: image.path } });
});
