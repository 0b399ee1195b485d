/** What the parts of PNG and JPEG files say, and copies of the files with nothing but the parts that pixels need. */

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface PngChunk {
  readonly type: string;
  /** where its data begin */
  readonly at: number;
  readonly length: number;
}

export interface Png {
  readonly bitDepth: number;
  /** pictures of an animation; 1 otherwise */
  readonly frames: number;
  /** false where the file ends before its last chunk */
  readonly isComplete: boolean;
}

export function readPng(file: Buffer): Png {
  const chunks = pngChunks(file);
  const animation = chunks.find((c) => c.type === 'acTL' && c.length >= 4);
  return {
    bitDepth: file[24] ?? 0,
    frames: animation ? file.readUInt32BE(animation.at) : 1,
    isComplete: chunks.at(-1)?.type === 'IEND',
  };
}

/** The PNG without colour profiles, texts and dates; checksums of pixels stay. */
export function barePng(file: Buffer): Buffer | null {
  const needed = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
  const kept = pngChunks(file).filter((c) => needed.includes(c.type));
  return Buffer.concat([PNG_SIGNATURE, ...kept.map((c) => file.subarray(c.at - 8, c.at + c.length + 4))]);
}

/** All chunks up to IEND that lie wholly in the file. */
function pngChunks(file: Buffer): PngChunk[] {
  const chunks: PngChunk[] = [];
  for (let at = 8; at + 12 <= file.length;) {
    const length = file.readUInt32BE(at);
    if (at + 12 + length > file.length) break;
    const type = file.toString('latin1', at + 4, at + 8);
    chunks.push({ type, at: at + 8, length });
    if (type === 'IEND') break;
    at += 12 + length;
  }
  return chunks;
}

export interface Jpeg {
  /** bits a channel; 0 without a frame header */
  readonly precision: number;
  readonly components: number;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const JFIF = 0xe0;
const ADOBE = 0xee;

export function readJpeg(file: Buffer): Jpeg {
  const frame = jpegPieces(file).find(({ marker }) => isFrame(marker));
  if (!frame || frame.end - frame.start < 10) return { precision: 0, components: 0 };
  return { precision: file[frame.start + 4], components: file[frame.start + 9] };
}

/** The JPEG without comments and camera data, and without stray bytes between its segments. JFIF and Adobe say what colours mean. */
export function bareJpeg(file: Buffer): Buffer | null {
  const kept = jpegPieces(file).filter(({ marker }) => marker <= JFIF || marker === ADOBE);
  return Buffer.concat([Buffer.from([0xff, SOI]), ...kept.map(({ start, end }) => file.subarray(start, end))]);
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Segments from marker to end, those of a scan with its data; whatever lies between segments is in none of them. */
function jpegPieces(file: Buffer): { marker: number; start: number; end: number }[] {
  const pieces: { marker: number; start: number; end: number }[] = [];
  for (let at = 2; ;) {
    const start = file.indexOf(0xff, at);
    if (start < 0 || start + 2 > file.length) return pieces;
    const marker = file[start + 1];
    if (marker === 0xff || marker === 0) {
      at = start + 1; // fill bytes before a marker are allowed
      continue;
    }
    if (marker === EOI) {
      pieces.push({ marker, start, end: start + 2 });
      return pieces;
    }
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= SOI);
    if (!isAlone && start + 4 > file.length) return pieces;
    let end = start + 2 + (isAlone ? 0 : file.readUInt16BE(start + 2));
    if (marker === SOS) end = scanEnd(file, end);
    if (end > file.length) return pieces;
    if (!isAlone) pieces.push({ marker, start, end });
    at = end;
  }
}

/** Where the data of a scan end: at the next marker that is neither a stuffed byte nor a restart. */
function scanEnd(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return file.length;
}
