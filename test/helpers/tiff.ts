/** Writes small TIFF files by hand, also such as no library would write. */

export interface TiffPicture {
  readonly width: number;
  readonly height: number;
  /** bytes as they are stored, of one strip; or of each plane, one strip a plane */
  readonly data: Uint8Array | readonly Uint8Array[];
  /** tags beside size, place and count of strips: [tag, values], numbers as SHORT (from 65,536 on as LONG), text as ASCII */
  readonly tags?: readonly (readonly [number, readonly number[] | string])[];
}

export interface TiffOptions {
  readonly bigEndian?: boolean;
  readonly bigTiff?: boolean;
  /** false: tags stay in the order given */
  readonly sorted?: boolean;
}

const SHORT = 3;
const LONG = 4;
const ASCII = 2;

export function tiffFile(
  pictures: readonly TiffPicture[],
  { bigEndian = false, bigTiff = false, sorted = true }: TiffOptions = {},
): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  const append = (bytes: Uint8Array): number => {
    const at = length;
    const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
    parts.push(padded);
    length += padded.length;
    return at;
  };
  const number = (value: number, size: number): Buffer => {
    const bytes = Buffer.alloc(8);
    if (bigEndian) bytes.writeBigUInt64BE(BigInt(value));
    else bytes.writeBigUInt64LE(BigInt(value));
    return bigEndian ? bytes.subarray(8 - size) : bytes.subarray(0, size);
  };
  const word = bigTiff ? 8 : 4;
  append(
    Buffer.concat([
      Buffer.from(bigEndian ? 'MM' : 'II'),
      number(bigTiff ? 43 : 42, 2),
      ...(bigTiff ? [number(8, 2), number(0, 2)] : []),
    ]),
  );
  const links = [append(number(0, word))];
  for (const { width, height, data, tags = [] } of pictures) {
    const strips = data instanceof Uint8Array ? [data] : data;
    const all: (readonly [number, readonly number[] | string])[] = [
      [256, [width]],
      [257, [height]],
      [273, strips.map(append)],
      [278, [height]],
      [279, strips.map((s) => s.length)],
      ...tags,
    ];
    if (sorted) all.sort(([a], [b]) => a - b);
    const entries = all.map(([tag, values]) => {
      const isText = typeof values === 'string';
      const type = isText ? ASCII : tag === 273 || tag === 279 || values.some((v) => v > 65535) ? LONG : SHORT;
      const bytes = isText ? Buffer.from(values) : Buffer.concat(values.map((v) => number(v, type === LONG ? 4 : 2)));
      const value =
        bytes.length <= word ? Buffer.concat([bytes, Buffer.alloc(word - bytes.length)]) : number(append(bytes), word);
      return Buffer.concat([number(tag, 2), number(type, 2), number(values.length, word), value]);
    });
    const directory = append(Buffer.concat([number(entries.length, bigTiff ? 8 : 2), ...entries, number(0, word)]));
    const [link] = links.splice(0, 1);
    parts.push(Buffer.alloc(0));
    patch(parts, link, number(directory, word));
    links.push(directory + (bigTiff ? 8 : 2) + entries.length * (bigTiff ? 20 : 12));
  }
  return Buffer.concat(parts);
}

/** Overwrites bytes of a file that is still in parts. */
function patch(parts: Buffer[], at: number, bytes: Buffer): void {
  let start = 0;
  for (const part of parts) {
    if (at < start + part.length) {
      bytes.copy(part, at - start);
      return;
    }
    start += part.length;
  }
}

/** Tags of a colour picture of 8 bits, of a grey one, and changes to them. */
export const RGB_TAGS = [
  [258, [8, 8, 8]],
  [259, [1]],
  [262, [2]],
  [277, [3]],
] as const;
export const GREY_TAGS = [
  [258, [8]],
  [259, [1]],
  [262, [1]],
  [277, [1]],
] as const;

export function changed(
  tags: readonly (readonly [number, readonly number[]])[],
  changes: Readonly<Record<number, readonly number[] | string>>,
): (readonly [number, readonly number[] | string])[] {
  const others = tags.filter(([tag]) => !(tag in changes));
  return [...others, ...Object.entries(changes).map(([tag, values]) => [Number(tag), values] as const)];
}
