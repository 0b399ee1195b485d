import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, realpath, rename, rm, stat, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { LabError, type Parsed, parseOrThrow, type Schema } from '../../shared/contract/errors.ts';
import { systemWords } from '../../shared/contract/system-errors.ts';
import { readJsonText } from './json-text.ts';
import { processLives } from './process-lives.ts';

/**
 * Writes a file so that a reader, a full disk or a power cut finds the old content or the new, never a part: temporary name,
 * every byte, its length compared, sync, rename, sync of the folder.
 * @param content whole, or in parts that follow each other
 * @param before asks whether the file may be written: called first, and last before it takes its place
 * @throws LabError "disk-full" that says how much room is missing; whatever was there stays
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
  before: () => void = () => {},
): Promise<void> {
  const parts = typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const target = await realpath(path).catch(() => path); // a link stays a link
  const temporary = join(dirname(target), temporaryName());
  before();
  try {
    await writeWhole(temporary, parts, length);
    before();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw await withRoom(error, path, length);
  }
  await syncFolder(dirname(target));
}

async function writeWhole(path: string, parts: readonly Uint8Array[], length: number): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (const part of parts) await file.writeFile(part); // goes on after a short write until everything is written or the disk refuses
    await requireLength(file, path, length);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function requireLength(file: FileHandle, path: string, length: number): Promise<void> {
  const { size } = await file.stat();
  if (size !== length) throw Object.assign(new Error(`${size} of ${length} bytes were written`), { code: 'ENOSPC', path });
}

/** A rename is on disk when its folder is. Windows knows no such thing, and some network shares refuse it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** A full disk's error with the numbers that help; any other as it is. */
async function withRoom(error: unknown, path: string, needed: number): Promise<unknown> {
  const errno = (error as NodeJS.ErrnoException).code;
  const words = systemWords(errno);
  if (words?.code !== 'disk-full') return error;
  const room = await statfs(dirname(path)).catch(() => null);
  const free = room && room.bavail * room.bsize;
  const numbers = free === null ? `it needs ${megabytes(needed)}` : `it needs ${megabytes(needed)}, ${megabytes(free)} are free`;
  return new LabError('disk-full', `${path} could not be written: ${words.what}, ${numbers}. ${words.advice}`, {
    path,
    needed,
    free,
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
}

/** Temporary files say whose they are, so that what a killed process left can be told from what a living one writes. */
const TEMPORARY = /^\.magnilab-([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.tmp$/;
const thisHost = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
/** Another machine's files are left alone for so long, ms: whether their process lives cannot be seen from here. */
const FOREIGN_AGE = 24 * 3600 * 1000;

export function temporaryName(): string {
  return `.magnilab-${thisHost}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
}

/** Removes the temporary files and folders of processes that have died. Folders that cannot be read are left alone. */
export async function sweepTemporary(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const match = TEMPORARY.exec(name);
    if (!match) continue;
    const path = join(folder, name);
    const [, host, pid] = match;
    const info = await stat(path).catch(() => null);
    const dead = host === thisHost ? !processLives(Number(pid)) : info !== null && Date.now() - info.mtimeMs > FOREIGN_AGE;
    if (dead) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

export async function writeJson(path: string, value: unknown, before?: () => void): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`, before);
}

/**
 * @param what names the file's role in errors: "plan", "config.json"
 * @throws LabError "not-found" where there is no such file, "damaged-file", or what keeps it from being read, in words
 */
export async function readJson(path: string, what: string): Promise<unknown> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const words = systemWords(error.code);
    const why = words ? `${words.what} (${error.code}). ${words.advice}` : `(${error.code ?? error.message}).`;
    throw new LabError(words?.code ?? 'not-found', `The ${what} ${path} could not be read: ${why}`, { path });
  });
  const read = readJsonText(bytes);
  if ('value' in read) return read.value;
  throw new LabError('damaged-file', `The ${what} ${path} is not valid JSON: ${read.fault}.`, { path });
}

const SEAL = 'seal';

/** Writes a record of the lab's own with a seal: the SHA-256 of its content, by which any later change is noticed. */
export async function writeSealed(path: string, value: object, before?: () => void): Promise<void> {
  await writeJson(path, { ...value, [SEAL]: sealOf(value) }, before);
}

/**
 * Reads a record and holds it to its seal and its schema.
 * @param what names the file's role in errors
 * @returns whether it had a seal: records of Magnilab before seals have none
 * @throws LabError "not-found", "damaged-file" when it was changed or cut, "newer-format", or "bad-input" naming the field
 */
export async function readSealed<S extends Schema>(
  schema: S,
  path: string,
  what: string,
): Promise<{ value: Parsed<S>; sealed: boolean }> {
  const content = await readJson(path, what);
  refuseNewer(content, path, what);
  if (typeof content !== 'object' || content === null || !(SEAL in content))
    return { value: parseOrThrow(schema, content, path), sealed: false };
  const { [SEAL]: seal, ...value } = content as Record<string, unknown>;
  if (seal !== sealOf(value))
    throw new LabError('damaged-file', `The ${what} ${path} was changed after Magnilab wrote it: its seal does not match.`, {
      path,
    });
  return { value: parseOrThrow(schema, value, path), sealed: true };
}

/** @throws LabError "newer-format" */
export function refuseNewer(content: unknown, path: string, what: string): void {
  const { format } = (typeof content === 'object' && content !== null ? content : {}) as { format?: unknown };
  if (typeof format !== 'number' || format <= NEWEST_FORMAT) return;
  const message = `The ${what} ${path} was made by a newer Magnilab (format ${format}; this one reads up to ${NEWEST_FORMAT}). Update Magnilab to open it.`;
  throw new LabError('newer-format', message, { path });
}

/** of plans, studies, splits and configurations */
const NEWEST_FORMAT = 2;

function sealOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Appends one line and waits until it is on disk. A line that does not fit is taken off again. */
export async function appendLine(path: string, line: string): Promise<void> {
  const bytes = Buffer.from(`${line}\n`);
  const file = await open(path, 'a');
  const { size } = await file.stat();
  try {
    await file.writeFile(bytes);
    await requireLength(file, path, size + bytes.length);
    await file.sync();
  } catch (error) {
    await file.truncate(size).catch(() => {});
    throw await withRoom(error, path, bytes.length);
  } finally {
    await file.close();
  }
}

/** SHA-256 of a file's bytes, hexadecimal. @throws AbortError when cancelled */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted();
      hash.update(chunk as Buffer);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
