/** What a TIFF's directories say. Nothing is decoded; whatever the bytes are, nothing is thrown and no loop is endless. */

/** One picture of a TIFF: an entry of its chain of directories. Field names are those of the TIFF 6.0 specification. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: readonly number[];
  /** 1: unsigned, 2: signed, 3: floating point, 5 and 6: complex */
  readonly sampleFormat: readonly number[];
  readonly photometric: number;
  readonly samplesPerPixel: number;
  readonly compression: number;
  /** one number for each channel beyond the colour; 0: meaning not stated, 1 and 2: transparency */
  readonly extraSamples: readonly number[];
  /** planes of a volume; 1 for a picture */
  readonly depth: number;
  /** a stack of a microscope's own kind: Zeiss LSM (channels and planes), or how many planes of MetaMorph lie behind one page */
  readonly isLsm: boolean;
  readonly metaMorphPlanes: number;
  /** marked as a smaller copy or a mask of another page */
  readonly isAuxiliary: boolean;
  readonly description: string;
  /** where the last strip or tile ends, in bytes from the start of the file */
  readonly dataEnd: number;
  /** some strip or tile is missing or has no bytes */
  readonly hasGaps: boolean;
  /** directories below this one, e.g. the levels of a pyramid */
  readonly children: readonly TiffPage[];
  /** tiles, with a plane for each channel */
  readonly isTiledInPlanes: boolean;
  /** a tag that decides about pixels stands in the directory more than once */
  readonly isAmbiguous: boolean;
}

export interface Tiff {
  readonly pages: readonly TiffPage[];
  /** true where a directory is cut off or lies outside the file */
  readonly isCut: boolean;
  /** true where the chain of directories leads back to itself, or never ends */
  readonly isEndless: boolean;
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** position of the values */
  readonly at: number;
  /** position of the entry itself */
  readonly entry: number;
}

const LONG = 4;
/** Bytes of a value of each type; only types that numbers and text come in. */
const SIZES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 18: 8 };
const MAX_PAGES = 10_000;
const MAX_ENTRIES = 4096;
const MAX_CHILDREN = 64;
const MAX_STRIPS = 1_000_000;
/** Descriptions are read for a few words at their start. */
const MAX_TEXT = 100_000;

/** Tags that decoding needs; everything else describes. */
const PIXEL_TAGS = new Set([
  256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 338, 339, 347, 529, 530,
  531, 532, 32997,
]);

export function readTiff(file: Buffer): Tiff {
  return new Reader(file).read();
}

/**
 * The same TIFF with nothing but its first picture's pixels: tags that only describe are left out, the others sorted. A strict
 * decoder then has nothing to complain of but the pixels themselves.
 */
export function bareTiff(file: Buffer): Buffer | null {
  return new Reader(file).bare();
}

class Reader {
  private readonly file: Buffer;
  private readonly little: boolean;
  private readonly big: boolean;

  constructor(file: Buffer) {
    this.file = file;
    this.little = file.toString('latin1', 0, 2) === 'II';
    this.big = this.u(2, 2) === 43;
  }

  read(): Tiff {
    const pages: TiffPage[] = [];
    const seen = new Set<number>();
    let offset = this.first();
    while (offset !== 0) {
      if (seen.has(offset) || pages.length >= MAX_PAGES) return { pages, isCut: false, isEndless: true };
      seen.add(offset);
      const directory = this.directory(offset);
      if (!directory) return { pages, isCut: true, isEndless: false };
      pages.push(this.page(directory.entries, pages.length === 0));
      offset = directory.next;
    }
    return { pages, isCut: pages.length === 0, isEndless: false };
  }

  bare(): Buffer | null {
    const directory = this.directory(this.first());
    if (!directory) return null;
    const { counts, isMended } = this.places(Map.groupBy(directory.entries, (e) => e.tag));
    const [headSize, size, word] = this.big ? [8, 20, 8] : [2, 12, 4];
    const kept = directory.entries
      .filter((e) => PIXEL_TAGS.has(e.tag) && !(isMended && e.tag === 279))
      .map(({ tag, entry }) => ({ tag, bytes: this.file.subarray(entry, entry + size) }));
    const parts = [this.file, Buffer.alloc(this.file.length % 2)];
    if (isMended) {
      const at = this.file.length + (this.file.length % 2);
      const list = Buffer.concat(counts.map((count) => this.number(count, 4)));
      const value = list.length <= word ? Buffer.concat([list, Buffer.alloc(word - list.length)]) : this.number(at, word);
      const bytes = Buffer.concat([this.number(279, 2), this.number(LONG, 2), this.number(counts.length, word), value]);
      kept.push({ tag: 279, bytes });
      parts.push(list);
    }
    if (new Set(kept.map((e) => e.tag)).size < kept.length) return null;
    const start = parts.reduce((sum, part) => sum + part.length, 0);
    const entries = kept.sort((a, b) => a.tag - b.tag).map((e) => e.bytes);
    const copy = Buffer.concat([...parts, this.number(kept.length, headSize), ...entries, Buffer.alloc(word)]);
    this.number(start, word).copy(copy, word);
    return copy;
  }

  private first(): number {
    return this.big ? this.u(8, 8) : this.u(4, 4);
  }

  private directory(offset: number): { entries: Entry[]; next: number } | null {
    const [head, size, word] = this.big ? [8, 20, 8] : [2, 12, 4];
    if (offset < 8 || offset + head > this.file.length) return null;
    const count = this.u(offset, head);
    const end = offset + head + count * size;
    if (count === 0 || count > MAX_ENTRIES || end > this.file.length) return null;
    const entries = Array.from({ length: count }, (_, i) => {
      const entry = offset + head + i * size;
      const [tag, type, values] = [this.u(entry, 2), this.u(entry + 2, 2), this.u(entry + 4, word)];
      const inline = entry + 4 + word;
      const at = (SIZES[type] ?? word + 1) * values <= word ? inline : this.u(inline, word);
      return { tag, type, count: values, at, entry };
    });
    return { entries, next: end + word <= this.file.length ? this.u(end, word) : 0 }; // some writers leave the last link out
  }

  /** @param isFirst others are told by their size and marks alone: ten thousand of them may lie in a file */
  private page(entries: readonly Entry[], isFirst: boolean): TiffPage {
    const byTag = Map.groupBy(entries, (e) => e.tag);
    const values = (tag: number): number[] => this.values(byTag.get(tag)?.[0]);
    const value = (tag: number, otherwise: number): number => values(tag)[0] ?? otherwise;
    const samplesPerPixel = value(277, 1);
    const { offsets, counts } = isFirst ? this.places(byTag) : { offsets: [8], counts: [1] };
    const subfile = value(254, 0) & 0b101;
    return {
      width: value(256, 0),
      height: value(257, 0),
      bitsPerSample: byTag.has(258) ? values(258) : [1],
      sampleFormat: byTag.has(339) ? values(339) : [1],
      photometric: value(262, -1),
      samplesPerPixel,
      compression: value(259, 1),
      extraSamples: values(338),
      depth: value(32997, 1),
      isLsm: byTag.has(34412),
      metaMorphPlanes: byTag.get(33629)?.[0].count ?? 1,
      isAuxiliary: subfile !== 0 || value(255, 1) === 2,
      description: isFirst ? this.text(byTag.get(270)?.[0]) : '',
      dataEnd: offsets.reduce((end, offset, i) => Math.max(end, offset + (counts[i] ?? 0)), 0),
      hasGaps: offsets.length === 0 || (counts.length > 0 && offsets.some((offset, i) => offset === 0 || !counts[i])),
      children: isFirst ? this.children(values(330)) : [],
      isTiledInPlanes: value(284, 1) === 2 && byTag.has(324) && samplesPerPixel > 1,
      isAmbiguous: [...byTag].some(([t, same]) => same.length > 1 && PIXEL_TAGS.has(t)),
    };
  }

  /**
   * Where strips or tiles lie, in bytes. How long an uncompressed strip is follows from the size of the picture; some writers
   * leave the count out, or say more.
   */
  private places(byTag: ReadonlyMap<number, readonly Entry[]>): { offsets: number[]; counts: number[]; isMended: boolean } {
    const values = (tag: number) => this.values(byTag.get(tag)?.[0]);
    const all = (tag: number) => this.values(byTag.get(tag)?.[0], MAX_STRIPS);
    if (byTag.has(324)) return { offsets: all(324), counts: all(325), isMended: false };
    const [offsets, counts] = [all(273), all(279)];
    const expected = (values(259)[0] ?? 1) === 1 ? this.stripSizes(values) : [];
    if (expected.length !== offsets.length) return { offsets, counts, isMended: false };
    const isLost = counts.length === 0 || (counts.length === 1 && counts[0] === 0);
    const mended = expected.map((size, i) => (isLost ? size : Math.min(size, counts[i] ?? 0)));
    return { offsets, counts: mended, isMended: mended.some((size, i) => size !== counts[i]) };
  }

  /** Bytes of each uncompressed strip, planes one after the other; none for a picture of absurd size. */
  private stripSizes(values: (tag: number) => number[]): number[] {
    const [width, height] = [values(256)[0] ?? 0, values(257)[0] ?? 0];
    const [samples, bits] = [values(277)[0] ?? 1, values(258)[0] ?? 1];
    const isPlanar = values(284)[0] === 2;
    const rows = Math.min(values(278)[0] ?? height, height);
    const strips = Math.ceil(height / rows);
    const total = strips * (isPlanar ? samples : 1);
    if (!(total > 0 && total < MAX_STRIPS)) return [];
    const rowBytes = Math.ceil((width * (isPlanar ? 1 : samples) * bits) / 8);
    return Array.from({ length: total }, (_, i) => Math.min(rows, height - (i % strips) * rows) * rowBytes);
  }

  private children(offsets: readonly number[]): TiffPage[] {
    return offsets.slice(0, MAX_CHILDREN).flatMap((offset) => {
      const directory = this.directory(offset);
      return directory ? [this.page(directory.entries, false)] : [];
    });
  }

  /** @param most what the counted channels, or levels of a pyramid, never exceed */
  private values(entry: Entry | undefined, most = MAX_CHILDREN): number[] {
    const size = entry && SIZES[entry.type];
    if (!entry || size === undefined) return [];
    const count = Math.min(entry.count, most, Math.floor((this.file.length - entry.at) / size));
    return Array.from({ length: Math.max(0, count) }, (_, i) => this.u(entry.at + i * size, size));
  }

  private text(entry: Entry | undefined): string {
    if (!entry || SIZES[entry.type] !== 1) return '';
    return this.file.toString('utf8', entry.at, entry.at + Math.min(entry.count, MAX_TEXT));
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes; 0 outside the file. */
  private u(at: number, size: number): number {
    if (!Number.isSafeInteger(at) || at < 0 || at + size > this.file.length) return 0;
    if (size === 8) return Number(this.little ? this.file.readBigUInt64LE(at) : this.file.readBigUInt64BE(at));
    return this.little ? this.file.readUIntLE(at, size) : this.file.readUIntBE(at, size);
  }

  /** A number in the file's byte order. */
  private number(value: number, size: number): Buffer {
    const bytes = Buffer.alloc(8);
    if (this.little) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeBigUInt64BE(BigInt(value));
    return this.little ? bytes.subarray(0, size) : bytes.subarray(8 - size);
  }
}
