import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { type IndexPhase, indexFolder, type IndexProgress } from '../main/dataset/index-folder.ts';
import { readManifest } from '../main/dataset/manifest.ts';
import { Random } from '../shared/domain/random.ts';
import { writeResult } from './machine.ts';

const WIDTH = 700;
const HEIGHT = 460;
/** Pictures that are compressed; the others differ from them in their last row. */
const PICTURES = 40;

/**
 * Indexes a folder as large as BreakHis (7,909 PNG of 700 x 460, about the published bytes each) and writes down how long
 * each phase takes, how long a second index takes, and for how long the calling thread was ever blocked.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'magnilab-bench-'));
  try {
    console.log('writing 7,909 images ...');
    const bytes = await writeTree(folder);
    const first = await measure(folder);
    const again = await measure(folder, first.known);
    const result = {
      images: first.known.length,
      megabytes: Math.round(bytes / 1e6),
      seconds: {
        names: first.phase('names'),
        namesAndHeaders: round(first.phase('names') + first.phase('headers')),
        pixels: first.phase('pixels'),
        all: first.seconds,
        again: again.seconds,
      },
      imagesPerSecond: Math.round(first.known.length / first.phase('pixels')),
      longestBlockMs: { first: first.longestBlockMs, again: again.longestBlockMs },
    };
    console.table({ ...result.seconds, 'longest block (ms)': first.longestBlockMs, 'images / s': result.imagesPerSecond });
    writeResult('index', result);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, known?: Awaited<ReturnType<typeof indexFolder>>['files']) {
  const ends = new Map<IndexPhase, number>();
  const onProgress = (p: IndexProgress) => ends.set(p.phase, performance.now());
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const started = performance.now();
  delay.enable();
  const { files, images } = await indexFolder(folder, { known, onProgress });
  delay.disable();
  if (images.length !== files.length)
    throw new Error(`${files.length - images.length} images of the benchmark could not be read`);
  const order: IndexPhase[] = ['names', 'headers', 'pixels'];
  return {
    known: files,
    seconds: round((performance.now() - started) / 1000),
    longestBlockMs: round(delay.max / 1e6),
    phase: (name: IndexPhase) => {
      const before = ends.get(order[order.indexOf(name) - 1]) ?? started;
      return round(((ends.get(name) ?? before) - before) / 1000);
    },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Writes the images in the official layout; returns their bytes. */
async function writeTree(folder: string): Promise<number> {
  const pictures = Array.from({ length: PICTURES }, (_, i) => compressPicture(i));
  let bytes = 0;
  let count = 0;
  for (const { name, slide } of (await readManifest()).values()) {
    const directory = join(folder, slide);
    mkdirSync(directory, { recursive: true });
    const png = finishPicture(pictures[count % PICTURES], count++);
    bytes += png.length;
    writeFileSync(join(directory, name), png);
  }
  return bytes;
}

interface HalfPicture {
  /** zlib header and the deflated rows but the last */
  readonly body: Buffer;
  /** state of the checksum after these rows */
  readonly adler: readonly [number, number];
}

/** Noise of the strength that makes a PNG of BreakHis' size: 3 of 8 bits are unpredictable in a stained slide's picture. */
function compressPicture(seed: number): HalfPicture {
  const random = new Random(seed);
  const rows = Buffer.alloc((HEIGHT - 1) * (1 + WIDTH * 3));
  for (let i = 0; i < rows.length; i++) rows[i] = i % (1 + WIDTH * 3) === 0 ? 0 : 160 + random.integer(13);
  const deflated = deflateRawSync(rows, { level: 6, finishFlush: constants.Z_FULL_FLUSH });
  return { body: Buffer.concat([Buffer.from([0x78, 0x9c]), deflated]), adler: adler32(rows, [1, 0]) };
}

/** A PNG of its own: the shared rows and a last row that spells the number. */
function finishPicture({ body, adler }: HalfPicture, number: number): Buffer {
  const row = Buffer.alloc(1 + WIDTH * 3);
  row.writeUInt32BE(number, 1);
  const [a, b] = adler32(row, adler);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(((b << 16) | a) >>> 0);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', body),
    chunk('IDAT', Buffer.concat([deflateRawSync(row), checksum])),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

function adler32(data: Uint8Array, [a, b]: readonly [number, number]): [number, number] {
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return [a, b];
}
