import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../main/pictures/read-image.ts';
import { temporaryFolder, write } from '../../helpers/images.ts';
import { changed, GREY_TAGS, RGB_TAGS, tiffFile, type TiffPicture } from '../../helpers/tiff.ts';

const [width, height] = [20, 12];
const n = width * height;
/** A colour ramp with noise, light enough to reach the upper half of the range. */
const rgb = Buffer.from(Array.from({ length: n * 3 }, (_, i) => (60 + ((i * 7919) % 190)) & 255));
const grey = Buffer.from(Array.from({ length: n }, (_, i) => (40 + ((i * 5077) % 210)) & 255));
const asRgb = (values: Uint8Array) => Buffer.from([...values].flatMap((v) => [v, v, v]));
const plane = (channel: number) => Buffer.from(grey.map((_, i) => rgb[i * 3 + channel]));
const words = (values: readonly number[]) => Buffer.from(Uint16Array.from(values).buffer);
const deepGrey = (values: readonly number[]) =>
  sharp(Uint16Array.from(values), { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
const picture = (data: TiffPicture['data'], tags: TiffPicture['tags']): TiffPicture => ({ width, height, data, tags });
const colour = picture(rgb, RGB_TAGS);

async function decode(file: Uint8Array) {
  return decodeImage(write(temporaryFolder(), 'image.tif', file));
}

async function expectPixels(file: Uint8Array, expected: Buffer, notes: string[] = []) {
  const image = await decode(file);
  expect(image).toMatchObject({ ok: true, width, height, notes });
  expect(image.ok && Buffer.compare(image.data, expected)).toBe(0);
}

describe('pixels that are decoded', () => {
  it('TIFF: colour in either byte order, BigTIFF, in planes', async () => {
    await expectPixels(tiffFile([colour]), rgb);
    await expectPixels(tiffFile([colour], { bigEndian: true }), rgb);
    await expectPixels(tiffFile([colour], { bigTiff: true }), rgb);
    const planes = picture([plane(0), plane(1), plane(2)], changed(RGB_TAGS, { 284: [2] }));
    await expectPixels(tiffFile([planes]), rgb);
  });

  it('TIFF: grey, white as zero, palette, one bit', async () => {
    await expectPixels(tiffFile([picture(grey, GREY_TAGS)]), asRgb(grey));
    const inverted = Buffer.from(grey.map((v) => 255 - v));
    await expectPixels(tiffFile([picture(inverted, changed(GREY_TAGS, { 262: [0] }))]), asRgb(grey));
    const map = Array.from({ length: 768 }, (_, i) => ((i * 37) % 256) * 257);
    const paletted = Buffer.from([...grey].flatMap((v) => [0, 256, 512].map((c) => map[v + c] / 257)));
    await expectPixels(tiffFile([picture(grey, changed(GREY_TAGS, { 262: [3], 320: map }))]), paletted);
    const bits = Buffer.alloc(3 * height, 0b10110000);
    const oneBit = asRgb(Buffer.from(Array.from({ length: n }, (_, i) => (0b10110000 & (128 >> ((i % width) % 8)) ? 255 : 0))));
    await expectPixels(tiffFile([picture(bits, changed(GREY_TAGS, { 258: [1] }))]), oneBit);
  });

  it.each([1, 2, 4])('TIFF: %i bits, black or white as zero', async (bits) => {
    const [perByte, max] = [8 / bits, 2 ** bits - 1];
    const values = Array.from({ length: n }, (_, i) => (i * 3 + Math.floor(i / width)) % (max + 1));
    const rowBytes = Math.ceil(width / perByte);
    const data = Buffer.alloc(rowBytes * height);
    values.forEach((value, i) => {
      const x = i % width;
      data[Math.floor(i / width) * rowBytes + Math.floor(x / perByte)] |= value << (8 - bits - (x % perByte) * bits);
    });
    for (const white of [false, true]) {
      const file = tiffFile([picture(data, changed(GREY_TAGS, { 258: [bits], 262: [white ? 0 : 1] }))]);
      await expectPixels(file, asRgb(Buffer.from(values.map((v) => ((white ? max - v : v) * 255) / max))));
    }
  });

  it('TIFF: transparency is left out, smaller copies after the picture are not taken for it', async () => {
    const rgba = Buffer.from(Array.from({ length: n }, (_, i) => [...rgb.subarray(i * 3, i * 3 + 3), 99]).flat());
    await expectPixels(tiffFile([picture(rgba, changed(RGB_TAGS, { 258: [8, 8, 8, 8], 277: [4], 338: [2] }))]), rgb);
    const small = { width: 5, height: 3, data: rgb.subarray(0, 45), tags: changed(RGB_TAGS, { 254: [1] }) };
    await expectPixels(tiffFile([colour, small]), rgb);
  });

  it('16 bits that are used in full: the upper bytes, and that is noted', async () => {
    const deep = words([...rgb].map((v, i) => v * 256 + (i % 256)));
    const tags = changed(RGB_TAGS, { 258: [16, 16, 16] });
    await expectPixels(tiffFile([picture(deep, tags)]), rgb, ['converted-pixels']);
    await expectPixels(await deepGrey([...grey].map((v) => v * 257)), asRgb(grey), ['converted-pixels']);
  });
});

describe('pixels that are refused, with the reason', () => {
  const float = Buffer.from(Float32Array.from(grey, (v) => v / 255).buffer);
  const twelve = words([...rgb].map((v) => v * 16));
  const preview = { width: 5, height: 3, data: rgb.subarray(0, 45) };
  const ome = (c: number, z: number) =>
    `<?xml version="1.0"?><OME><Image><Pixels SizeC="${c}" SizeZ="${z}" SizeT="1"/></Image></OME>`;
  const cases: [string, Buffer, RegExp][] = [
    ['float', tiffFile([picture(float, changed(GREY_TAGS, { 258: [32], 339: [3] }))]), /decimal numbers \(32-bit float\)/],
    ['12 bits in 16', tiffFile([picture(twelve, changed(RGB_TAGS, { 258: [16, 16, 16] }))]), /less than half of their range/],
    [
      '16 bits, white as zero',
      tiffFile([picture(twelve, changed(RGB_TAGS, { 258: [16], 262: [0], 277: [1] }))]),
      /white as zero/,
    ],
    ['signed', tiffFile([picture(grey, changed(GREY_TAGS, { 339: [2] }))]), /signed/],
    ['32 bits', tiffFile([picture(Buffer.alloc(n * 4), changed(GREY_TAGS, { 258: [32] }))]), /32 bits a channel/],
    ['pages', tiffFile([0, 1, 2].map((c) => picture(plane(c), GREY_TAGS))), /holds 3 pages/],
    [
      'marked preview',
      tiffFile([{ ...preview, tags: changed(RGB_TAGS, { 254: [1] }) }, colour]),
      /small preview \(5 x 3 pixels\)/,
    ],
    ['preview', tiffFile([{ ...preview, tags: RGB_TAGS }, colour]), /the picture of 20 x 12 pixels comes after it/],
    [
      'ImageJ stack',
      tiffFile([picture(grey, changed(GREY_TAGS, { 270: 'ImageJ=1.54f\nimages=3\nchannels=3\n' }))]),
      /stack of 3 planes/,
    ],
    ['OME stack', tiffFile([picture(grey, changed(GREY_TAGS, { 270: ome(1, 5) }))]), /5 focal planes/],
    ['OME channels', tiffFile([picture(grey, changed(GREY_TAGS, { 270: ome(3, 1) }))]), /3 channels/],
    ['unexplained channels', tiffFile([picture(rgb, changed(RGB_TAGS, { 262: [1] }))]), /holds 3 channels, marked as grey/],
    ['YCbCr', tiffFile([picture(rgb, changed(RGB_TAGS, { 262: [6], 530: [1, 1] }))]), /YCbCr without JPEG/],
    ['CMYK', tiffFile([picture(Buffer.alloc(n * 4), changed(RGB_TAGS, { 258: [8, 8, 8, 8], 262: [5], 277: [4] }))]), /CMYK/],
    ['Lab', tiffFile([picture(rgb, changed(RGB_TAGS, { 262: [8] }))]), /CIELab/],
    ['mixed depths', tiffFile([picture(rgb, changed(RGB_TAGS, { 258: [8, 4, 8] }))]), /different depths/],
    ['compression', tiffFile([picture(rgb, changed(RGB_TAGS, { 259: [33005] }))]), /compression 33005/],
    ['two widths', tiffFile([picture(rgb, [...RGB_TAGS, [256, [10]]])]), /contradictory/],
    ['LSM', tiffFile([picture(rgb, [...RGB_TAGS, [34412, [1]]])]), /Zeiss LSM/],
    ['MetaMorph', tiffFile([picture(grey, [...GREY_TAGS, [33629, [1, 2, 3, 4, 5]]])]), /volume of 5 planes/],
    ['described shape', tiffFile([picture(grey, changed(GREY_TAGS, { 270: '{"shape": [3, 12, 20]}' }))]), /stack of 3 planes/],
    ['volume', tiffFile([picture(grey, changed(GREY_TAGS, { 32997: [4] }))]), /volume of 4 planes/],
  ];

  it.each(cases)('TIFF: %s', async (_, file, reason) => {
    expect(await decode(file)).toMatchObject({ ok: false, code: 'unsupported-pixels', what: expect.stringMatching(reason) });
  });

  it('other formats under the name of one that is read', async () => {
    const raw = () => sharp(rgb, { raw: { width, height, channels: 3 } });
    const what = async (file: Uint8Array) => (await decode(file)) as { what: string };
    expect((await what(await raw().webp().toBuffer())).what).toContain('a WebP picture');
    expect((await what(await raw().gif().toBuffer())).what).toContain('a GIF picture');
    expect((await what(Buffer.from('<!DOCTYPE html><html>not found</html>'))).what).toContain('a web page');
    expect((await what(Buffer.from('PK\x03\x04 and more and more and more'))).what).toContain('a ZIP archive');
  });

  it('TIFF: ten thousand pages with long lists, in no time', async () => {
    const long = {
      ...colour,
      tags: [...RGB_TAGS, [270, 'x'.repeat(100_000)], [330, Array.from({ length: 5000 }, () => 8)]] as const,
    };
    const file = tiffFile([long, ...Array.from({ length: 9_000 }, () => ({ ...colour, data: new Uint8Array(0) }))]);
    const started = performance.now();
    expect(await decode(file)).toMatchObject({ ok: false, code: 'unsupported-pixels' });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('TIFF: pages in a circle, a strip beyond the end, a size that no memory holds', async () => {
    const circle = tiffFile([colour]);
    circle.writeUInt32LE(circle.readUInt32LE(4), circle.length - 4 - (circle.length % 2));
    expect(await decode(circle)).toMatchObject({
      ok: false,
      code: 'unsupported-pixels',
      what: expect.stringContaining('circle'),
    });
    expect(await decode(tiffFile([colour]).fill(0xff, 8 + n * 3))).toMatchObject({ ok: false });
    expect(await decode(tiffFile([{ ...colour, width: 4e9, height: 4e9 }]))).toMatchObject({
      ok: false,
      code: 'too-large',
      what: expect.stringContaining('4000000000 x 4000000000'),
    });
  });

  it('JPEG of four channels; a PNG with 12 of 16 bits; a file that is not there', async () => {
    const cmyk = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    expect(await decode(cmyk)).toMatchObject({ ok: false, code: 'unsupported-pixels', what: expect.stringContaining('CMYK') });
    expect(await decode(await deepGrey([...grey].map((v) => v * 16)))).toMatchObject({ code: 'unsupported-pixels' });
    expect(await decodeImage(join(temporaryFolder(), 'none.png'))).toMatchObject({ what: 'there is no such file, or no longer' });
    const scaleBar = await deepGrey([...grey].map((v, i) => (i < n / 10 ? 65535 : v * 16)));
    expect(await decode(scaleBar)).toMatchObject({ code: 'unsupported-pixels' });
  });
});

describe('sloppy files', () => {
  const jpeg = () =>
    sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer();
  const note = ['sloppy-metadata'];

  it('TIFF: padded texts, unsorted and unknown tags do not matter, as long as the pixels are whole', async () => {
    const odd: TiffPicture = picture(rgb, [...RGB_TAGS, [305, 'Soft 4.12\0'], [271, 'Maker\0\0\0\0\0\0\0'], [65000, [1, 2, 3]]]);
    await expectPixels(tiffFile([odd], { sorted: false }), rgb, note);
    await expectPixels(tiffFile([odd], { sorted: false, bigTiff: true }), rgb, note);
    const short: TiffPicture = { ...odd, height: height + 1 };
    expect(await decode(tiffFile([short], { sorted: false }))).toMatchObject({ ok: false });
  });

  it('TIFF: a missing, absent or too large count of bytes does not matter where the picture is uncompressed', async () => {
    const other = (change: (count: number) => number) => {
      const file = tiffFile([colour]);
      const entry = file.indexOf(Buffer.from([279 & 255, 279 >> 8, 4, 0, 1, 0, 0, 0]));
      file.writeUInt32LE(change(file.readUInt32LE(entry + 8)), entry + 8);
      return file;
    };
    await expectPixels(
      other((count) => count + 100_000),
      rgb,
      note,
    );
    await expectPixels(
      other(() => 0),
      rgb,
      note,
    );
    expect((await decode(other((count) => count - 30))).ok).toBe(false);
    const half = other((count) => count);
    half.writeUInt32LE(height * 2, half.indexOf(Buffer.from([257 & 255, 257 >> 8, 3, 0, 1, 0, 0, 0])) + 8);
    expect((await decode(half)).ok).toBe(false); // half of the picture is not there
  });

  it('JPEG: stray bytes before a marker do not matter, a scan with a hole does', async () => {
    const whole = await jpeg();
    const plain = await decode(whole);
    if (!plain.ok) throw new Error('the JPEG itself must decode');
    for (const marker of [0xdb, 0xc0, 0xc4, 0xda]) {
      const at = whole.indexOf(Buffer.from([0xff, marker]));
      const stray = Buffer.concat([whole.subarray(0, at), Buffer.from([0, 1, 2]), whole.subarray(at)]);
      await expectPixels(stray, plain.data, note);
      const hole = Buffer.concat([stray.subarray(0, -250), stray.subarray(-120)]);
      expect((await decode(hole)).ok).toBe(false);
    }
  });

  it('PNG: a damaged text does not matter, damaged pixels do', async () => {
    const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .withExif({ IFD0: { Artist: 'somebody' } })
      .png()
      .toBuffer();
    const at = png.indexOf('somebody');
    expect(at).toBeGreaterThan(0);
    png[at] ^= 1; // its checksum does not match any more
    const image = await decode(png);
    expect(image).toMatchObject({ ok: true });
    expect(image.ok && Buffer.compare(image.data, rgb)).toBe(0);
    png[png.indexOf('IDAT') + 30] ^= 1;
    expect((await decode(png)).ok).toBe(false);
  });
});
