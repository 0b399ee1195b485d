import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { IndexedImage } from '../../shared/contract/dataset.ts';
import { parseBreakhisName } from '../../shared/domain/breakhis.ts';

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'magnilab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file and the folders above it; returns its path. */
export function write(folder: string, path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** A small picture of one's own: another `shade` is another picture. */
export async function picture(
  shade: number,
  { width = 70, height = 46, format = 'png' as 'png' | 'jpeg' | 'tiff' } = {},
): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = (shade * 37 + i * 7919) & 255;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** A PNG whose header promises a size that nothing backs. */
export function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.alloc(0)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** An indexed image made from a BreakHis name, without a file. */
export function imageNamed(name: string, id = 0, overrides: Partial<IndexedImage> = {}): IndexedImage {
  const parsed = parseBreakhisName(name);
  if (!parsed) throw new Error(`not a BreakHis name: ${name}`);
  const { label, subtype, magnification, slide } = parsed;
  const facts = { id, path: name, name, label, subtype, magnification, slide, case: parsed.case };
  return { ...facts, width: 700, height: 460, bytes: 1, pixelSha256: `pixels of ${name}`, fileSha256: null, ...overrides };
}
