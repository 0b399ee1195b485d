import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ProblemCode } from '../../shared/contract/dataset.ts';
import { type ImageFormat, pixelFormatOf } from './pixel-format.ts';
import { bareJpeg, barePng, PNG_SIGNATURE } from './segments.ts';
import { bareTiff, readTiff } from './tiff.ts';

/** Images of more pixels are never decoded: 100 megapixels are 300 MB as RGB, far beyond any microscope camera's field. */
const MAX_PIXELS = 100_000_000;
/** Files of more bytes are never read into memory; even uncompressed 16-bit RGB of {@link MAX_PIXELS} is smaller. */
const MAX_BYTES = 1_000_000_000;

/** Why an image cannot be used. */
export interface ImageFault {
  readonly ok: false;
  readonly code: ProblemCode;
  /** a clause for the problem's message */
  readonly what: string;
}

export interface ImageHeader {
  readonly ok: true;
  /** pixels */
  readonly width: number;
  readonly height: number;
}

export interface DecodedImage extends ImageHeader {
  /** RGB, 8 bits a channel, rows from top to bottom: [height, width, 3] */
  readonly data: Buffer;
  /** the file's bytes */
  readonly file: Buffer;
  readonly notes: readonly PixelNote[];
}

/** What was done with an image beyond reading what it says; told once for a data set. */
export type PixelNote = 'sloppy-metadata' | 'converted-pixels';

/** Reads an image's size from the first bytes of its file; nothing is decoded. Faults are returned, never thrown. */
export async function readHeader(path: string): Promise<ImageHeader | ImageFault> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size === 0) return fault('zero-bytes', 'the file is empty');
    if (size > MAX_BYTES) return fault('too-large', `the file has ${Math.round(size / 1e6)} megabytes`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
    return await headerOf(path, buffer.subarray(0, bytesRead), size);
  } catch (error) {
    return systemFault(error);
  }
}

async function headerOf(path: string, head: Buffer, size: number): Promise<ImageHeader | ImageFault> {
  const format = formatOf(head);
  if (format === null) return fault('not-an-image', `what the file holds is no PNG, JPEG or TIFF picture but ${contentOf(head)}`);
  if (format === 'bmp') return fault('unreadable', 'BMP files cannot be read; convert it to PNG or TIFF without loss');
  if (format === 'png') {
    if (head.length < 24) return fault('truncated', `the file ends within its header, after ${size} bytes`);
    return checkSize(head.readUInt32BE(16), head.readUInt32BE(20)); // the size is at a fixed place
  }
  if (format === 'tiff' && firstDirectory(head) >= size)
    return fault('truncated', 'the file ends before its directory of contents');
  try {
    // reads the header only; whatever else is wrong shows when the pixels are decoded
    const { width, height } = await sharp(path, { limitInputPixels: false, failOn: 'none' }).metadata();
    return checkSize(width, height);
  } catch (error) {
    const file = await readFile(path);
    const bare = BARE[format](file);
    const size =
      bare &&
      (await sharp(bare, { limitInputPixels: false, failOn: 'none' })
        .metadata()
        .catch(() => null));
    if (size) return checkSize(size.width, size.height);
    return format === 'tiff' ? faultOfTiff(file, error) : decodeFault(error);
  }
}

/** Sizes and kinds of pixels that the decoder will not even name are named all the same. */
function faultOfTiff(file: Buffer, error: unknown): ImageFault {
  const pixels = pixelFormatOf(file, 'tiff');
  if (pixels.kind === 'cut') return fault('truncated', pixels.what);
  const [page] = readTiff(file).pages;
  const size = page && checkSize(page.width, page.height);
  if (size && !size.ok) return size;
  return pixels.kind === 'unsupported' ? fault('unsupported-pixels', pixels.what) : decodeFault(error);
}

/**
 * Decodes an image to 8-bit RGB: grey becomes three equal channels, transparency is dropped, a colour profile and an
 * orientation mark are ignored, so that the pixels are those that the file stores. Of 16 bits a channel the upper 8 are taken,
 * where they are in use. A file that ends early, whose checksums do not match, or whose pixels are of a kind that no rule makes
 * 8-bit RGB, is a fault: half an image would train a network on grey. Faults are returned, never thrown.
 */
export async function decodeImage(path: string): Promise<DecodedImage | ImageFault> {
  const header = await readHeader(path);
  if (!header.ok) return header;
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    return systemFault(error);
  }
  const format = formatOf(file.subarray(0, 32));
  if (format === null || format === 'bmp') return fault('unreadable', 'the file changed while it was read');
  const pixels = pixelFormatOf(file, format);
  if (pixels.kind === 'unsupported') return fault('unsupported-pixels', pixels.what);
  if (pixels.kind === 'cut') return fault('truncated', pixels.what);
  // a decoder may accept a file that lost only its last bytes; the loss is real all the same
  if (!pixels.isComplete) return fault('truncated', `the file ends early, after ${file.length} bytes`);
  const decoded = await decodeStrictly(file, pixels.isDeep);
  if (decoded.ok) return { ...decoded, file };
  // is it the pixels that the decoder complains of, or what stands around them?
  const bare = BARE[format](file);
  const again = bare && (await decodeStrictly(bare, pixels.isDeep));
  if (again?.ok) return { ...again, file, notes: [...again.notes, 'sloppy-metadata'] };
  return again?.code === 'unsupported-pixels' ? again : decoded;
}

const BARE = { png: barePng, jpeg: bareJpeg, tiff: bareTiff } as const;

/** Fails on the decoder's every warning. */
async function decodeStrictly(file: Buffer, isDeep: boolean): Promise<Omit<DecodedImage, 'file'> | ImageFault> {
  try {
    const { data, info } = await sharp(file, { failOn: 'warning', limitInputPixels: MAX_PIXELS, ignoreIcc: true })
      .toColourspace(isDeep ? 'rgb16' : 'srgb')
      .removeAlpha()
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (channels !== 3) return fault('unreadable', `it decodes to ${channels} channels instead of 3`);
    if (!isDeep) return { ok: true, width, height, data, notes: [] };
    const upper = upperBytes(data);
    if (upper === null) return fault('unsupported-pixels', UNUSED_RANGE);
    return { ok: true, width, height, data: upper, notes: ['converted-pixels'] };
  } catch (error) {
    return decodeFault(error, file.length);
  }
}

const UNUSED_RANGE =
  'it holds 16 bits a channel but uses less than half of their range (cameras store 10, 12 or 14 bits so), and does not state where white lies';
/** Share of the values that must lie in the upper half: tissue has a light background, and a hot pixel proves nothing. */
const UPPER_HALF = 0.01;

/** The upper bytes of 16-bit values; null where too few of them reach the upper half of the range. */
function upperBytes(data: Buffer): Buffer | null {
  const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  const bytes = Buffer.alloc(values.length);
  let high = 0;
  let ends = 0;
  let white = 0;
  for (let i = 0; i < values.length; i++) {
    bytes[i] = values[i] >> 8;
    if (values[i] === 0) ends++;
    else if (values[i] === 65535) white++;
    else if (bytes[i] >= 128) high++;
  }
  // scale bars and arrows are drawn in pure white and black, whatever the camera's range is: what lies between must be light too
  const isBright = high + white >= values.length * UPPER_HALF;
  return isBright && high >= (values.length - ends - white) * UPPER_HALF ? bytes : null;
}

/**
 * SHA-256 of decoded pixels. The size goes in first: the same bytes in another shape are another image.
 * @param data RGB of an image of width x height pixels
 */
export function hashPixels(width: number, height: number, data: Uint8Array): string {
  return createHash('sha256').update(`${width}x${height}:`).update(data).digest('hex');
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function formatOf(head: Buffer): ImageFormat | 'bmp' | null {
  const start = head.toString('latin1', 0, 4);
  // a PNG cut within its signature is still recognised by its first four bytes
  if (head.subarray(0, 8).equals(PNG_SIGNATURE) || (head.length < 8 && start === '\x89PNG')) return 'png';
  if (start.startsWith('\xff\xd8')) return 'jpeg'; // a marker follows, if nothing strayed in between
  if (start === 'II*\0' || start === 'MM\0*' || start === 'II+\0' || start === 'MM\0+') return 'tiff';
  if (start.startsWith('BM')) return 'bmp';
  return null;
}

/** What else a file that is given as an image often is. */
function contentOf(head: Buffer): string {
  const start = head.toString('latin1');
  if (/^RIFF.{4}WEBP/s.test(start)) return 'a WebP picture: convert it to PNG without loss';
  if (/^GIF8/.test(start)) return 'a GIF picture: convert it to PNG';
  if (/^.{4}ftyp(hei|hev|mif|avif)/s.test(start)) return 'a HEIC or AVIF picture: convert it to PNG';
  if (start.startsWith('\0\0\0\x0cjP') || start.startsWith('\xff\x4f\xff\x51')) return 'a JPEG 2000 picture: convert it to PNG';
  if (start.startsWith('PK\x03\x04')) return 'a ZIP archive: unpack it';
  if (/^\s*<(!doctype|html)/i.test(start)) return 'a web page, probably an error message of the download';
  return 'something else';
}

/** Byte offset of a classic TIFF's first directory; 0 for a BigTIFF, where sharp finds out. */
function firstDirectory(head: Buffer): number {
  if (head.length < 8) return Infinity;
  if (head[2] === 43 || head[3] === 43) return 0;
  return head[0] === 0x49 ? head.readUInt32LE(4) : head.readUInt32BE(4);
}

function checkSize(width: number, height: number): ImageHeader | ImageFault {
  if (width === 0 || height === 0) return fault('unreadable', `its header says ${width} x ${height} pixels`);
  if (width * height > MAX_PIXELS) return fault('too-large', `its header says ${width} x ${height} pixels`);
  return { ok: true, width, height };
}

function decodeFault(error: unknown, size?: number): ImageFault {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  const reason = lines.find((line) => line !== '' && !line.startsWith('Warning treated as error')) ?? 'no decoder takes it';
  if (/premature end|truncat|unexpected end|end of (file|stream)|not enough/i.test(reason)) {
    return fault('truncated', size === undefined ? 'the file ends early' : `the file ends early, after ${size} bytes`);
  }
  return fault('unreadable', `its data are damaged (${reason})`);
}

function systemFault(error: unknown): ImageFault {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (code === 'EACCES' || code === 'EPERM') return fault('no-permission', 'the file may not be read');
  if (code === 'ENOENT') return fault('unreadable', 'there is no such file, or no longer');
  return fault('unreadable', `the file could not be read (${code})`);
}

function fault(code: ProblemCode, what: string): ImageFault {
  return { ok: false, code, what };
}
