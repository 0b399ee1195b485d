import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { type Inspection, InspectPool, type InspectPoolOptions, type InspectTask } from '../../../main/dataset/inspect.ts';
import { decodeImage, hashBytes } from '../../../main/pictures/read-image.ts';
import { picture, pngHeader, temporaryFolder, write } from '../../helpers/images.ts';

let pool: InspectPool | undefined;
afterEach(() => pool?.close());

async function inspect(folder: string, paths: string[], task: InspectTask = 'pixels', options: InspectPoolOptions = { size: 2 }) {
  pool = new InspectPool(folder, options);
  const results = new Map<string, Inspection>();
  await pool.run(task, paths, (path, inspection) => results.set(path, inspection));
  return results;
}

describe('inspection', () => {
  it('finds each fault and goes on', async () => {
    const folder = temporaryFolder();
    const png = await picture(1);
    const jpeg = await picture(1, { format: 'jpeg' });
    const tiff = await picture(1, { format: 'tiff' });
    const files: Record<string, [Uint8Array | string, string | null]> = {
      'good.png': [png, null],
      'good.jpg': [jpeg, null],
      'good.tif': [tiff, null],
      'png-named.jpg': [png, null], // the content decides, not the extension
      'empty.png': ['', 'zero-bytes'],
      'text.png': ['This is a letter, not a picture.', 'not-an-image'],
      'half.png': [png.subarray(0, png.length / 2), 'truncated'],
      'no-end.png': [png.subarray(0, png.length - 12), 'truncated'], // all pixels are there, the last chunk is not
      'header-cut.png': [png.subarray(0, 20), 'truncated'],
      'signature-cut.png': [png.subarray(0, 6), 'truncated'],
      'half.jpg': [jpeg.subarray(0, jpeg.length / 2), 'truncated'],
      'half.tif': [tiff.subarray(0, tiff.length / 2), 'truncated'],
      'scratched.png': [Buffer.concat([png.subarray(0, 100), Buffer.alloc(40), png.subarray(140)]), 'unreadable'],
      'bomb.png': [pngHeader(60000, 60000), 'too-large'],
      'nothing.png': [pngHeader(0, 10), 'unreadable'],
      'bitmap.bmp': ['BM and so on', 'unreadable'],
    };
    for (const [path, [content]] of Object.entries(files)) write(folder, path, content);
    const results = await inspect(folder, [...Object.keys(files), 'missing.png']);
    const codes = Object.fromEntries([...results].map(([path, r]) => [path, r.ok ? null : r.code]));
    expect(codes).toEqual({
      ...Object.fromEntries(Object.entries(files).map(([path, [, code]]) => [path, code])),
      'missing.png': 'unreadable',
    });
  });

  it('refuses a pixel bomb by its header, in no time', async () => {
    const folder = temporaryFolder();
    write(folder, 'bomb.png', pngHeader(60000, 60000));
    const started = performance.now();
    expect(await decodeImage(`${folder}/bomb.png`)).toMatchObject({
      ok: false,
      code: 'too-large',
      what: expect.stringContaining('60000 x 60000'),
    });
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('hashes pixels, not bytes, and the shape with them', async () => {
    const folder = temporaryFolder();
    const png = await picture(3);
    write(folder, 'a.png', png);
    write(folder, 'b.png', await sharp(png).png({ compressionLevel: 0 }).toBuffer());
    write(folder, 'c.png', await picture(4));
    write(
      folder,
      'black1.png',
      await sharp({ create: { width: 8, height: 2, channels: 3, background: 'black' } })
        .png()
        .toBuffer(),
    );
    write(
      folder,
      'black2.png',
      await sharp({ create: { width: 4, height: 4, channels: 3, background: 'black' } })
        .png()
        .toBuffer(),
    );
    const results = await inspect(folder, ['a.png', 'b.png', 'c.png', 'black1.png', 'black2.png'], 'pixels-and-bytes');
    const hash = (path: string) => (results.get(path) as Inspection & { ok: true }).pixelSha256;
    expect(hash('a.png')).toBe(hash('b.png'));
    expect(hash('a.png')).not.toBe(hash('c.png'));
    expect(hash('black1.png')).not.toBe(hash('black2.png'));
    expect(results.get('a.png')).toMatchObject({ width: 70, height: 46, fileSha256: hashBytes(readFileSync(`${folder}/a.png`)) });
  });

  it('turns grey, transparent and 16-bit images into 8-bit RGB', async () => {
    const folder = temporaryFolder();
    const grey = Buffer.from(Array.from({ length: 64 }, (_, i) => i * 4));
    const raw = sharp(grey, { raw: { width: 8, height: 8, channels: 1 } });
    write(folder, 'grey.png', await raw.clone().toColourspace('b-w').png().toBuffer());
    write(folder, 'alpha.png', await raw.clone().toColourspace('srgb').ensureAlpha(0.5).png().toBuffer());
    const expected = Buffer.from([...grey].flatMap((v) => [v, v, v]));
    for (const name of ['grey.png', 'alpha.png']) {
      const image = await decodeImage(`${folder}/${name}`);
      expect(image).toMatchObject({ ok: true, width: 8, height: 8 });
      if (image.ok) expect(Buffer.compare(image.data, expected)).toBe(0);
    }
  });

  it('reports the file that kills a worker, and does the rest', async () => {
    const folder = temporaryFolder();
    // a stand-in for a decoder that crashes: it obeys the file's name
    const entry = pathToFileURL(
      write(
        folder,
        'worker.mjs',
        `import { parentPort } from 'node:worker_threads';
         parentPort.on('message', ({ paths }) => {
           for (const path of paths) {
             if (path.startsWith('exit')) process.exit(3);
             if (path.startsWith('throw')) throw new Error('out of order');
             parentPort.postMessage({ type: 'result', path, inspection: { ok: true, width: 1, height: 1, pixelSha256: path, fileSha256: null } });
           }
           parentPort.postMessage({ type: 'idle' });
         });
         parentPort.postMessage({ type: 'ready' });`,
      ),
    );
    const paths = Array.from({ length: 60 }, (_, i) => (i === 11 ? 'exit.png' : i === 37 ? 'throw.png' : `${i}.png`));
    const results = await inspect(folder, paths, 'pixels', { size: 3, entry });
    expect(results.size).toBe(60);
    const faults = [...results].filter(([, r]) => !r.ok);
    expect(faults.map(([path]) => path).sort()).toEqual(['exit.png', 'throw.png']);
    expect(results.get('throw.png')).toMatchObject({ code: 'unreadable', what: expect.stringContaining('out of order') });
  });

  it('says so when no worker can start', async () => {
    const folder = temporaryFolder();
    const entry = pathToFileURL(write(folder, 'worker.mjs', `throw new Error('no library');`));
    await expect(inspect(folder, ['a.png'], 'pixels', { size: 1, entry })).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('no library'),
    });
  });
});
