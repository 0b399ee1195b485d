import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../../../shared/contract/errors.ts';
import { type Unpacked, unpackedSchema } from '../../../shared/contract/unpacked.ts';
import { archiveTitle } from '../../../shared/domain/archives.ts';
import { readSealed, sweepTemporary, temporaryName, writeSealed } from '../../platform/atomic.ts';
import { IMAGE_NAME } from '../walk.ts';
import { Throttle } from '../../platform/throttle.ts';
import { type ArchiveEntry, entriesOf } from './entries.ts';
import { archiveKind } from './kind.ts';
import { safePath } from './safe-path.ts';

/** In every folder that was unpacked, written last. */
const MARK = 'unpacked.json';
/** They may describe images. */
const TABLE = /\.(csv|tsv)$/i;
/** Says of demo tissue that it is synthetic. */
const RECORD = /(^|\/)tissue\.json$/;
const ARCHIVE = /\.(zip|rar|7z|tar|tgz|gz|bz2|xz|zst)$/i;

export interface UnpackLimits {
  readonly entries: number;
  /** of one file: larger ones are never read as images */
  readonly fileBytes: number;
  /** unpacked bytes for each byte of the archive; images are compressed already and come near 1 */
  readonly expansion: number;
  /** any archive may unpack to so much */
  readonly leastBytes: number;
  /** stays free on the disk */
  readonly spareBytes: number;
}

/** The largest of published microscopy sets have some hundred thousand images. */
export const UNPACK_LIMITS: UnpackLimits = {
  entries: 2_000_000,
  fileBytes: 1e9,
  expansion: 100,
  leastBytes: 1e9,
  spareBytes: 200e6,
};

export interface UnpackOptions {
  readonly signal?: AbortSignal;
  /** how far, in bytes of the archive */
  readonly onProgress?: (done: number, total: number) => void;
  /** parameters for tests only */
  readonly limits?: UnpackLimits;
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/**
 * Unpacks the images and tables of an archive into a folder of its name: beside it first, then moved there whole. A folder that holds
 * everything of this archive already is given back as it is. Where the archive holds anything that has no place in one of images
 * (a way out of the folder, a link, a device, a bomb), it is refused and nothing stays.
 * @param parent the folder is made in it
 * @returns the folder
 * @throws LabError "not-found", "damaged-file", "outside-folder", "bad-input", "already-exists", "disk-full", "cancelled"
 */
export async function unpackArchive(archive: string, parent: string, options: UnpackOptions = {}): Promise<string> {
  const { signal } = options;
  const { kind, ...facts } = await archiveKind(archive);
  const target = join(resolve(parent), archiveTitle(archive));
  const identity = { name: basename(archive), ...facts };
  const replaces = await standing(target, identity);
  if (replaces === 'whole') return target;
  await mkdir(dirname(target), { recursive: true });
  await sweepTemporary(dirname(target));
  const partial = join(dirname(target), temporaryName());
  try {
    stopIfAborted(signal);
    const room = await roomFor(archive, dirname(target), facts.bytes, options);
    await mkdir(partial);
    const unpacker = new Unpacker(archive, partial, facts.bytes, room, options);
    for await (const entry of entriesOf(archive, kind, facts.bytes, signal)) await unpacker.take(entry);
    const files = unpacker.finish();
    const mark: Unpacked = { format: 1, archive: identity, files };
    await writeSealed(join(partial, MARK), mark);
    stopIfAborted(signal);
    await moveTo(partial, target, replaces === 'ours');
    return target;
  } catch (error) {
    throw toldError(error, archive, signal);
  } finally {
    await rm(partial, { recursive: true, force: true, maxRetries: 3 });
  }
}

type Standing = 'nothing' | 'ours' | 'whole';

/**
 * What lies where an archive is to be unpacked: nothing, all of it already, or an earlier unpacking that lacks something.
 * @throws LabError "already-exists" for anything else
 */
async function standing(target: string, archive: Unpacked['archive']): Promise<Standing> {
  const found = await stat(target).catch(() => null);
  if (!found) return 'nothing';
  const refuse = (what: string) =>
    new LabError(
      'already-exists',
      `${target} ${what}. Read that folder if these are the images, or choose another place to unpack to.`,
      { field: 'into', path: target },
    );
  if (!found.isDirectory()) throw refuse('is a file');
  const there = await filesBelow(target);
  if (there.size === 0) return 'nothing';
  const mark = await readSealed(unpackedSchema, join(target, MARK), 'mark').catch(() => null);
  if (!mark?.sealed) throw refuse('exists already, and Magnilab did not unpack it');
  const { archive: of, files } = mark.value;
  const foreign = [...there.keys()].find((path) => path !== MARK && !Object.hasOwn(files, path));
  const same = of.name === archive.name && of.bytes === archive.bytes && of.modifiedAt === archive.modifiedAt;
  if (same && Object.entries(files).every(([path, bytes]) => there.get(path) === bytes)) return 'whole';
  if (foreign !== undefined) throw refuse(`holds a file that was not unpacked by Magnilab, ${foreign}`);
  return 'ours';
}

/** Sizes by path with "/". */
async function filesBelow(folder: string): Promise<Map<string, number>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path).catch(() => null))?.size ?? -1));
  return new Map(paths.map((path, i) => [relative(folder, path).replaceAll(sep, '/'), sizes[i]]));
}

async function moveTo(partial: string, target: string, replaces: boolean): Promise<void> {
  if (!replaces) {
    await rm(target, { recursive: true, force: true }); // empty folders at most; on Windows nothing is moved onto a folder
    return rename(partial, target);
  }
  const old = join(dirname(target), temporaryName());
  await rename(target, old);
  try {
    await rename(partial, target);
  } catch (error) {
    await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/** Bytes that may be unpacked: what is free, less a rest. @throws LabError "disk-full" where not even the archive's own size is */
async function roomFor(archive: string, folder: string, bytes: number, options: UnpackOptions): Promise<number> {
  const { limits = UNPACK_LIMITS, freeBytes = freeBytesOf } = options;
  const free = await freeBytes(folder);
  const room = free - limits.spareBytes;
  if (room < bytes) throw tooFull(archive, folder, bytes, free);
  return room;
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function tooFull(archive: string, folder: string, needed: number, free: number): LabError {
  const message = `${archive} needs more than ${gigabytes(needed)} when it is unpacked; ${gigabytes(free)} are free on the disk of ${folder}. Free some room, or choose another place.`;
  return new LabError('disk-full', message, { field: 'into', needed, free });
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(Math.max(0, bytes) / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Writes the entries that are wanted, and counts all of them. */
class Unpacker {
  private readonly archive: string;
  private readonly folder: string;
  private readonly size: number;
  private readonly room: number;
  private readonly options: UnpackOptions;
  private readonly limits: UnpackLimits;
  private readonly files: Record<string, number> = {};
  private readonly throttle = new Throttle(100);
  private entries = 0;
  private passed = 0;
  private written = 0;
  private images = 0;
  private nested: string | null = null;

  constructor(archive: string, folder: string, size: number, room: number, options: UnpackOptions) {
    [this.archive, this.folder, this.size, this.room, this.options] = [archive, folder, size, room, options];
    this.limits = options.limits ?? UNPACK_LIMITS;
  }

  async take(entry: ArchiveEntry): Promise<void> {
    const { signal, onProgress } = this.options;
    stopIfAborted(signal);
    const path = safePath(entry.name);
    if (path === null)
      throw new LabError('outside-folder', this.refusal(`it holds an entry that would lie outside of its folder, or that no file can be called, "${shown(entry.name)}"`)); // prettier-ignore
    if (entry.kind === 'link' || entry.kind === 'device')
      throw new LabError('bad-input', this.refusal(`it holds a ${entry.kind}, "${shown(entry.name)}"`), { field: 'folder' });
    this.count(entry);
    if (this.throttle.isDue()) onProgress?.(Math.min(this.size, Math.round(entry.share * this.size)), this.size);
    if (entry.kind === 'folder') return;
    if (ARCHIVE.test(path)) this.nested ??= path;
    if (isWanted(path)) await this.write(path, entry);
  }

  private count({ bytes }: ArchiveEntry): void {
    this.passed += bytes;
    const { entries, expansion, leastBytes } = this.limits;
    if (++this.entries > entries) throw this.bomb(`it has more than ${entries} entries`);
    if (this.passed > Math.max(leastBytes, expansion * this.size))
      throw this.bomb(`it unpacks to more than ${expansion} times its size`);
  }

  private async write(path: string, entry: ArchiveEntry): Promise<void> {
    const { signal } = this.options;
    if (entry.bytes > this.limits.fileBytes) throw this.bomb(`"${shown(path)}" has ${gigabytes(entry.bytes)}`);
    this.written += entry.bytes;
    if (this.written > this.room) throw tooFull(this.archive, this.folder, this.written, this.room);
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(await entry.open(), createWriteStream(file, { flags: 'wx' }), { signal }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        throw new LabError('damaged-file', this.refusal(`it holds "${shown(path)}" twice`), { field: 'folder' });
      },
    );
    this.files[path] = entry.bytes;
    if (IMAGE_NAME.test(path)) this.images++;
  }

  /** @returns bytes of what was written, by path @throws LabError "bad-input" where there is no image */
  finish(): Record<string, number> {
    this.options.onProgress?.(this.size, this.size);
    if (this.images > 0) return this.files;
    const why = this.nested
      ? `it holds other archives (${shown(this.nested)}), but no image. Unpack it with another program, then choose that archive`
      : `none of its ${this.entries} entries is a PNG, JPEG, TIFF or BMP image`;
    throw new LabError('bad-input', `${this.archive} was not unpacked: ${why}.`, { field: 'folder' });
  }

  private refusal(why: string): string {
    return `${this.archive} was not unpacked: ${why}. An archive of images has no such thing; download it again from where it is published, or unpack it with a program that you trust and choose the folder.`;
  }

  private bomb(why: string): LabError {
    return new LabError('bad-input', this.refusal(why), { field: 'folder' });
  }
}

/** Images, tables and the record of demo tissue; nothing else is unpacked. */
function isWanted(path: string): boolean {
  return [IMAGE_NAME, TABLE, RECORD].some((kind) => kind.test(path)) && !isHidden(path);
}

/** What systems put beside files: `._name`, `__MACOSX/`. */
function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}

/** A name of an archive as it is shown: it may hold anything. */
function shown(name: string): string {
  const plain = name.replace(/\p{C}/gu, '?');
  return plain.length > 200 ? `${plain.slice(0, 200)}...` : plain;
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LabError('cancelled', 'Unpacking was cancelled. Nothing of it was kept.');
}

/** What a reader of archives says is that it is damaged; what the system says stays. */
function toldError(error: unknown, archive: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return new LabError('cancelled', 'Unpacking was cancelled. Nothing of it was kept.');
  if (error instanceof LabError || (error instanceof Error && 'syscall' in error)) return error;
  const why = error instanceof Error ? error.message.toLowerCase().replace(/\.$/, '') : String(error);
  if (/invalid relative path|absolute path|invalid characters in filename/i.test(why))
    return new LabError('outside-folder', `${archive} was not unpacked: it holds an entry that would lie outside of its folder (${shown(why)}). Do not trust this archive.`, { field: 'folder' }); // prettier-ignore
  const message = `${archive} is damaged or cut short (${shown(why)}). Nothing of it was kept: download it again, to the end.`;
  return new LabError('damaged-file', message, { path: archive, field: 'folder' });
}
