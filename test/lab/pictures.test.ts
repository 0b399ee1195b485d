import { rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { KeptBytes } from '../../main/lab/kept-bytes.ts';
import type { Lab } from '../../main/lab/lab.ts';
import { pictureHeaders, Pictures } from '../../main/lab/pictures.ts';
import { pictureAddress } from '../../shared/contract/pictures.ts';
import { picture, temporaryFolder, write } from '../helpers/images.ts';
import { labWith } from '../helpers/lab.ts';

const NAMES = ['SOB_B_A-14-1A-40-001.png', 'SOB_M_DC-14-2B-40-001.png'];

async function folderOfTwo(): Promise<string> {
  const folder = temporaryFolder();
  for (const [shade, name] of NAMES.entries()) write(folder, name, await picture(shade));
  return folder;
}

async function namesIn(lab: Lab): Promise<string[]> {
  return (await lab.services['dataset.images']({ filter: {}, offset: 0, limit: 10 })).images.map((image) => image.picture);
}

describe('pictures by address', () => {
  it('are small WebP files of the pixels that were indexed, made by a thread of their own', async () => {
    const folder = await folderOfTwo();
    const { lab } = await labWith(folder);
    const [first] = await namesIn(lab);
    const answer = await lab.picture(pictureAddress(first, 35));
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    expect(pictureHeaders(answer)).toEqual({
      'Content-Type': 'image/webp',
      'Cache-Control': 'private, max-age=31536000, immutable',
    });
    const { data, info } = await sharp(answer.bytes).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([35, 23]);
    const original = await sharp(join(folder, NAMES[0])).resize(35).raw().toBuffer();
    const apart = data.reduce((sum, value, i) => sum + Math.abs(value - original[i]), 0) / data.length;
    expect(apart).toBeLessThan(25); // lossy, of noise
    expect(lab.session.compute.tally.get('pictures.small')!.thread).toBeGreaterThan(0);
    expect(await lab.picture(pictureAddress(first, 1400))).toMatchObject({ status: 200 }); // not enlarged
    for (const width of [10, 1401]) expect(await lab.picture(pictureAddress(first, width))).toEqual({ status: 404 });
  });

  it('are refused under every address that this lab did not make', async () => {
    const folder = await folderOfTwo();
    const { lab } = await labWith(folder);
    const [first, second] = await namesIn(lab);
    const [[hash, signature], [otherHash, otherSignature]] = [first.split('.'), second.split('.')];
    const stranger = new Pictures(lab.session).nameOf(hash); // another secret
    for (const name of [
      `${hash}.${otherSignature}`,
      `${otherHash}.${signature}`,
      stranger,
      `${hash}.${'A'.repeat(43)}`,
      `${hash}.${signature.slice(1)}`,
      `${hash}.`,
      hash,
    ])
      expect(await lab.picture(pictureAddress(name, 35)), name).toEqual({ status: 403 });
    for (const path of [
      '',
      'picture/',
      `picture/${first}`,
      `picture/${first}/layer.png`, // signed as a picture, not as a layer
      `picture/${first}/35.webp/x`,
      `picture/../${first}/35.webp`,
      `other/${first}/35.webp`,
    ])
      expect(await lab.picture(path), path).toEqual({ status: 403 });
    expect(await lab.picture(pictureAddress(first, 35))).toMatchObject({ status: 200 });
  });

  it('are gone where a file is no longer the picture that was indexed, and when no project is open', async () => {
    const folder = await folderOfTwo();
    const { lab } = await labWith(folder);
    const [first, second] = await namesIn(lab);
    write(folder, NAMES[0], await picture(7)); // another picture under its name
    rmSync(join(folder, NAMES[1]));
    for (const name of [first, second]) expect(await lab.picture(pictureAddress(name, 35))).toEqual({ status: 404 });
    expect(pictureHeaders({ status: 404 })).toEqual({ 'Cache-Control': 'no-store' }); // it may come back
    write(folder, NAMES[0], await picture(0));
    expect(await lab.picture(pictureAddress(first, 35))).toMatchObject({ status: 200 });
    await lab.services['projects.close']({ stop: true });
    expect(await lab.picture(pictureAddress(first, 36))).toEqual({ status: 404 });
  });

  it('keep layers that were made, under addresses of their own', async () => {
    const { lab } = await labWith(await folderOfTwo());
    const pictures = new Pictures(lab.session);
    const png = new Uint8Array(await picture(3));
    const address = pictures.keepLayer(png);
    expect(address).toMatch(/^picture\/.*\/layer\.png$/);
    expect(await pictures.answer(address)).toEqual({ status: 200, type: 'image/png', bytes: png });
    expect(await pictures.answer(address.replace('layer.png', '35.webp'))).toEqual({ status: 403 });
    expect(await lab.picture(address)).toEqual({ status: 403 });
  });

  it('keeps pages for frames, which may do nothing to the page around them', async () => {
    const { lab } = await labWith(await folderOfTwo());
    const pictures = new Pictures(lab.session);
    const address = pictures.keepPage('<p>\u00e9</p>');
    const answer = await pictures.answer(address);
    if (answer.status !== 200) throw new Error(String(answer.status));
    expect(new TextDecoder().decode(answer.bytes)).toBe('<p>\u00e9</p>');
    const headers = pictureHeaders(answer);
    expect(headers['Content-Type']).toBe('text/html; charset=utf-8');
    expect(headers['Content-Security-Policy']).toMatch(/^default-src 'none'; .*sandbox allow-scripts$/);
    expect(headers['Content-Security-Policy']).not.toContain('allow-same-origin');
    expect(await pictures.answer(address.replace('page.html', 'layer.png'))).toEqual({ status: 403 });
  });
});

describe('kept bytes', () => {
  it('lets go of what was used longest ago', () => {
    const kept = new KeptBytes(10);
    kept.set('a', new Uint8Array(4));
    kept.set('b', new Uint8Array(4));
    kept.get('a');
    kept.set('c', new Uint8Array(4));
    expect(['a', 'b', 'c'].map((key) => kept.get(key)?.length ?? null)).toEqual([4, null, 4]);
    kept.set('c', new Uint8Array(6)); // in its own place
    expect(['a', 'c'].map((key) => kept.get(key)?.length ?? null)).toEqual([4, 6]);
    kept.set('d', new Uint8Array(11)); // more than all: not kept
    expect(kept.get('d')).toBeNull();
  });
});
