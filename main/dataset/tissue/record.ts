import { existsSync, readFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import type { WrittenPicture } from './draw-case.ts';

/** Raise it whenever the same seed gives other pixels: caches of older versions are then made anew. */
const TISSUE_VERSION = 1;
const GENERATOR = 'magnilab demo tissue';
const FILE = 'tissue.json';

export interface TissueSettings {
  readonly seed: number;
  readonly cases: number;
  readonly fieldsPerMagnification: number;
}

/** What `tissue.json` says of a complete set. */
export interface TissueRecord {
  readonly generator: typeof GENERATOR;
  readonly version: number;
  readonly settings: TissueSettings;
  readonly pictures: readonly WrittenPicture[];
}

/** Writes `tissue.json`, the last file of a set. */
export async function writeRecord(folder: string, record: Omit<TissueRecord, 'generator' | 'version'>): Promise<void> {
  const whole: TissueRecord = { generator: GENERATOR, version: TISSUE_VERSION, ...record };
  await writeFile(join(folder, FILE), JSON.stringify(whole, null, 1) + '\n');
}

/** The record of a folder; null where there is none, it is cut short or it is not ours. */
export async function readRecord(folder: string): Promise<TissueRecord | null> {
  try {
    return ours(JSON.parse(await readFile(join(folder, FILE), 'utf8')));
  } catch {
    return null;
  }
}

/** How far above a folder its record is looked for: a part of a set may be indexed alone. */
const LEVELS = 8;

/**
 * Whether images are Magnilab's own demo tissue: a record in the folder, or above it, lists every one of them. Names prove
 * nothing, since real cases may have the same numbers.
 * @param folder the data set, absolute
 * @param images with paths relative to it
 */
export function isDemoTissue(folder: string, images: readonly { readonly path: string }[]): boolean {
  if (images.length === 0) return false;
  for (let [at, level] = [folder, 0]; level < LEVELS; at = dirname(at), level++) {
    const record = existsSync(join(at, FILE)) ? parseRecord(join(at, FILE)) : null;
    if (!record) continue;
    const drawn = new Set(record.pictures.map((p) => p.path));
    const below = relative(at, folder).replaceAll(sep, '/');
    return images.every(({ path }) => drawn.has(posix.join(below, path)));
  }
  return false;
}

/** Synchronous: an index that is loaded must say at once what it is. */
function parseRecord(file: string): TissueRecord | null {
  try {
    return ours(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function ours(value: unknown): TissueRecord | null {
  const record = value as TissueRecord | null;
  return record?.generator === GENERATOR && record.settings && Array.isArray(record.pictures) ? record : null;
}

/** Whether a record is of this version and these settings and all its files are there in full length. */
export async function isWhole(folder: string, record: TissueRecord, settings: TissueSettings): Promise<boolean> {
  if (record.version !== TISSUE_VERSION) return false;
  if (Object.entries(settings).some(([key, value]) => record.settings[key as keyof TissueSettings] !== value)) return false;
  const sizes = await Promise.all(
    record.pictures.map((p) =>
      stat(join(folder, p.path)).then(
        (s) => s.size,
        () => -1,
      ),
    ),
  );
  return sizes.every((size, i) => size === record.pictures[i].bytes);
}

/** Text of the README.txt that goes with the pictures. */
export const README = `SYNTHETIC TISSUE. NOT PATIENTS.

Every picture in this folder was drawn by a program (Magnilab's demo tissue generator). Nothing here was photographed, and
nothing was copied or learnt from photographs. "Cases" are random numbers, and the year 99 in the file names marks them.

File names, folders and pixel sizes follow the BreakHis data set (Spanhol et al., IEEE TBME 63(7), 2016), so that a study can
be tried before the real data are at hand: 0.49, 0.20, 0.10 and 0.05 um per pixel at 40x, 100x, 200x and 400x. Pictures with the
same case and the same last number are nested zooms into one place.

Results on these pictures say nothing about real tissue. Do not publish them as if they did, and do not mix these files with
real data.
`;
