import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ProblemCode } from '../../shared/contract/dataset.ts';

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
}

type Format = 'png' | 'jpeg' | 'tiff' | 'bmp';

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
  if (format === null) return fault('not-an-image', 'the file is named like an image but holds something else');
  if (format === 'bmp') return fault('unreadable', 'BMP files cannot be read; convert it to PNG or TIFF without loss');
  if (format === 'png') {
    if (head.length < 24) return fault('truncated', `the file ends within its header, after ${size} bytes`);
    return checkSize(head.readUInt32BE(16), head.readUInt32BE(20)); // the size is at a fixed place
  }
  if (format === 'tiff' && firstDirectory(head) >= size)
    return fault('truncated', 'the file ends before its directory of contents');
  try {
    const { width, height } = await sharp(path, { limitInputPixels: false }).metadata(); // reads the header only
    return checkSize(width, height);
  } catch (error) {
    return decodeFault(error, false);
  }
}

/**
 * Decodes an image to 8-bit RGB: grey becomes three equal channels, transparency is dropped, a colour profile and an
 * orientation mark are ignored, so that the pixels are those that the file stores. A file that ends early, or whose
 * checksums do not match, is a fault: half an image would train a network on grey. Faults are returned, never thrown.
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
  const complete = isComplete(file);
  try {
    const { data, info } = await sharp(file, { failOn: 'warning', limitInputPixels: MAX_PIXELS, ignoreIcc: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    // libpng accepts a file that lost only its last chunks; the loss is real all the same
    if (!complete) return fault('truncated', `the file ends early, after ${file.length} bytes`);
    if (info.channels !== 3) return fault('unreadable', `it decodes to ${info.channels} channels instead of 3`);
    return { ok: true, width: info.width, height: info.height, data, file };
  } catch (error) {
    return decodeFault(error, !complete, file.length);
  }
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

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function formatOf(head: Buffer): Format | null {
  const start = head.toString('latin1', 0, 4);
  // a PNG cut within its signature is still recognised by its first four bytes
  if (head.subarray(0, 8).equals(PNG_SIGNATURE) || (head.length < 8 && start === '\x89PNG')) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start === 'II*\0' || start === 'MM\0*' || start === 'II+\0' || start === 'MM\0+') return 'tiff';
  if (start.startsWith('BM')) return 'bmp';
  return null;
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

/** Whether a file reaches the end that its format has: a PNG its last chunk, a JPEG its end mark, a TIFF its last strip. */
function isComplete(file: Buffer): boolean {
  const format = formatOf(file.subarray(0, 32));
  if (format === 'jpeg') return file.lastIndexOf(JPEG_END) > 0;
  if (format === 'tiff') return tiffStripsEnd(file) <= file.length;
  if (format !== 'png') return true;
  for (let at = 8; at + 12 <= file.length;) {
    if (file.toString('latin1', at + 4, at + 8) === 'IEND') return true;
    at += 12 + file.readUInt32BE(at);
  }
  return false;
}

const JPEG_END = Buffer.from([0xff, 0xd9]);
const SHORT = 3; // TIFF's 16-bit type; offsets are 32-bit otherwise

/**
 * Where the last strip or tile of a TIFF's first picture ends, in bytes. The decoder's own message cannot be trusted to say
 * that a file is short: libvips keeps one message for all threads.
 */
function tiffStripsEnd(file: Buffer): number {
  const little = file.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => (at + 2 > file.length ? 0 : little ? file.readUInt16LE(at) : file.readUInt16BE(at));
  const u32 = (at: number) => (at + 4 > file.length ? 0 : little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  if (u16(2) !== 42) return 0; // BigTIFF: the decoder decides
  const directory = u32(4);
  const values = (...tags: number[]): number[] => {
    for (let entry = directory + 2, i = 0; i < u16(directory); i++, entry += 12) {
      if (!tags.includes(u16(entry))) continue;
      const [type, count] = [u16(entry + 2), Math.min(u32(entry + 4), file.length)];
      const size = type === SHORT ? 2 : 4;
      const start = size * count <= 4 ? entry + 8 : u32(entry + 8);
      return Array.from({ length: count }, (_, k) => (size === 2 ? u16(start + 2 * k) : u32(start + 4 * k)));
    }
    return [];
  };
  const counts = values(279, 325); // StripByteCounts, TileByteCounts
  return Math.max(0, ...values(273, 324).map((offset, i) => offset + (counts[i] ?? 0)));
}

function decodeFault(error: unknown, truncated: boolean, size?: number): ImageFault {
  const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
  if (truncated || /premature end|truncat|unexpected end|end of (file|stream)|not enough/i.test(reason)) {
    return fault('truncated', size === undefined ? 'the file ends early' : `the file ends early, after ${size} bytes`);
  }
  return fault('unreadable', `its data are damaged (${reason})`);
}

function systemFault(error: unknown): ImageFault {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (code === 'EACCES' || code === 'EPERM') return fault('no-permission', 'the file may not be read');
  if (code === 'ENOENT') return fault('unreadable', 'the file vanished while the folder was indexed');
  return fault('unreadable', `the file could not be read (${code})`);
}

function fault(code: ProblemCode, what: string): ImageFault {
  return { ok: false, code, what };
}
