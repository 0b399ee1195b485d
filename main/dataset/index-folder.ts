import { posix, resolve } from 'node:path';
import type { IndexedImage, Problem, ProblemCode } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { foldPatient } from '../../shared/domain/patient.ts';
import { condense } from './condense.ts';
import { type Entry, type Facts, findByName, findByTable } from './entries.ts';
import {
  findDuplicateNames,
  findDuplicatePixels,
  findFolderContradictions,
  findNearDuplicates,
  findSpellings,
  findUnexpectedSizes,
  tellNotes,
} from './findings.ts';
import { type Inspection, InspectPool, type InspectPoolOptions, type InspectTask } from './inspect.ts';
import { compareWithManifest, readManifest } from './manifest.ts';
import type { IndexResult, KnownFile } from './index-result.ts';
import { Throttle } from '../platform/throttle.ts';
import { makeProblem, sortProblems } from './problem.ts';
import { isDemoTissue } from './tissue/record.ts';
import type { FoundFile } from './walk.ts';

export type { IndexResult, KnownFile } from './index-result.ts';
export { summarise } from './summary.ts';

/** "unpack": bytes of an archive, before all others; "names": finding files; "headers": sizes; "pixels": decoding and hashing; "verify": the same with the files' SHA-256. */
export type IndexPhase = 'unpack' | 'names' | 'headers' | 'pixels' | 'verify';

export interface IndexProgress {
  readonly phase: IndexPhase;
  /** files, or bytes */
  readonly done: number;
  /** files; while names are looked for, as many as were found so far */
  readonly total: number;
  readonly path?: string;
}

export interface IndexOptions {
  /** a table of path, label, magnification and patient, for other data than BreakHis */
  readonly csv?: string;
  /** read every byte again and compare SHA-256 with the published manifest */
  readonly verify?: boolean;
  /** files of an earlier result */
  readonly known?: readonly KnownFile[];
  readonly signal?: AbortSignal;
  /** about ten times a second, and at both ends of each phase */
  readonly onProgress?: (progress: IndexProgress) => void;
  readonly pool?: InspectPoolOptions;
}

/** Faults that another attempt cannot cure while the file stays the same. */
const LASTING: readonly ProblemCode[] = ['zero-bytes', 'not-an-image', 'truncated', 'too-large', 'unsupported-pixels'];

/**
 * Indexes a folder of BreakHis in any layout (the file name alone decides), or of other images that a CSV file describes.
 * Reads only: nothing in the folder is changed. One bad file never ends it: what is wrong becomes a problem.
 * @throws LabError "not-found" / "not-allowed" (the folder or the CSV file), "bad-input" (the CSV file's columns), "cancelled"
 */
export async function indexFolder(folder: string, options: IndexOptions = {}): Promise<IndexResult> {
  const root = resolve(folder);
  const { signal } = options;
  const progress = new Progress(options.onProgress);
  progress.start('names', 0);
  const finding = { signal, onFound: (n: number) => progress.step(n, undefined, n) };
  const { csv } = options;
  const { entries, problems } = await (csv === undefined ? findByName(root, finding) : findByTable(root, csv, finding));
  progress.end(entries.length);

  reuse(entries, options);
  const pool = new InspectPool(root, options.pool);
  try {
    const unseen = entries.filter((e) => e.inspection === null);
    await inspect(pool, 'headers', 'header', unseen, progress, signal);
    const sound = unseen.filter((e) => e.facts !== null && e.inspection?.ok);
    const [phase, task] = options.verify ? (['verify', 'pixels-and-bytes'] as const) : (['pixels', 'pixels'] as const);
    await inspect(pool, phase, task, sound, progress, signal);
  } finally {
    await pool.close();
  }
  return assembleResult(root, entries, problems, options);
}

/** Takes over what is known of unchanged files; verifying means reading every byte, so then nothing is. */
function reuse(entries: Entry[], options: IndexOptions): void {
  if (options.verify || !options.known) return;
  const known = new Map(options.known.map((k) => [k.path, k]));
  for (const entry of entries) {
    const { path, size, mtimeMs, ctimeMs, ino } = entry.file;
    const old = known.get(path);
    if (!old || old.size !== size || old.mtimeMs !== mtimeMs || old.ctimeMs !== ctimeMs || old.ino !== ino) continue;
    const { inspection } = old;
    // an image whose name was not understood was never decoded, but a table may describe it now
    const usable = inspection.ok ? inspection.pixelSha256 !== '' || entry.facts === null : LASTING.includes(inspection.code);
    if (usable) entry.inspection = inspection;
  }
}

async function inspect(
  pool: InspectPool,
  phase: IndexPhase,
  task: InspectTask,
  entries: readonly Entry[],
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) throw new LabError('cancelled', 'Indexing was cancelled.');
  const byPath = new Map(entries.map((e) => [e.file.path, e]));
  let done = 0;
  progress.start(phase, entries.length);
  const onResult = (path: string, inspection: Inspection) => {
    byPath.get(path)!.inspection = inspection;
    progress.step(++done, path);
  };
  await pool.run(task, [...byPath.keys()], onResult, signal);
  progress.end(entries.length);
}

async function assembleResult(
  root: string,
  entries: readonly Entry[],
  found: readonly Problem[],
  options: IndexOptions,
): Promise<IndexResult> {
  const images: IndexedImage[] = [];
  const looks: string[] = [];
  const problems = [...found];
  const spellings = firstSpellings(entries);
  for (const { file, facts, inspection } of entries) {
    if (!inspection?.ok) {
      if (inspection) problems.push(makeProblem(inspection.code, file.path, inspection.what));
    } else if (facts === null) {
      problems.push(makeProblem('name-not-understood', file.path, 'the name does not say class, slide and magnification'));
    } else {
      images.push(imageOf(images.length, file, spellings(facts), inspection));
      looks.push(inspection.look);
    }
  }
  const isBreakhis = options.csv === undefined;
  const synthetic = isDemoTissue(root, images);
  const decoded = images.filter((i) => i.pixelSha256 !== '');
  const used = entries.filter((e) => e.facts !== null);
  problems.push(...findDuplicateNames(images), ...findDuplicatePixels(decoded), ...findNearDuplicates(images, looks));
  problems.push(...findSpellings(used), ...tellNotes(used));
  if (isBreakhis) problems.push(...findFolderContradictions(images, root));
  if (isBreakhis && !synthetic) problems.push(...findUnexpectedSizes(images)); // demo tissue has the size that it was given
  const comparison = isBreakhis && !synthetic ? await comparePublished(entries) : null;
  problems.push(...(comparison?.problems ?? []));
  const files = entries.flatMap(({ file, inspection }) => (inspection ? [{ ...file, inspection }] : []));
  return {
    images,
    problems: sortProblems(condense(problems)),
    manifest: comparison?.report ?? null,
    csv: isBreakhis ? null : resolve(options.csv!),
    synthetic,
    files,
  };
}

/** Writes every patient in one way, the first: "pat-1" and "Pat-1" are one patient to every part of the lab. */
function firstSpellings(entries: readonly Entry[]): (facts: Facts) => Facts {
  const first = (ids: (string | undefined)[]) => {
    const sorted = ids.filter((id) => id !== undefined).sort();
    return new Map(sorted.toReversed().map((id) => [foldPatient(id), id]));
  };
  const cases = first(entries.map((e) => e.facts?.case));
  const slides = first(entries.map((e) => e.facts?.slide));
  return (facts) => ({
    ...facts,
    case: cases.get(foldPatient(facts.case))!,
    slide: slides.get(foldPatient(facts.slide))!,
  });
}

function imageOf(id: number, file: FoundFile, facts: Facts, seen: Inspection & { ok: true }): IndexedImage {
  const { label, subtype, magnification, slide } = facts;
  const { width, height, pixelSha256, fileSha256 } = seen;
  const name = posix.basename(file.path);
  const { path, size: bytes } = file;
  return {
    id,
    path,
    name,
    label,
    subtype,
    magnification,
    slide,
    case: facts.case,
    width,
    height,
    bytes,
    pixelSha256,
    fileSha256,
  };
}

async function comparePublished(entries: readonly Entry[]) {
  const published = entries.filter((e) => e.facts);
  if (published.length === 0) return null;
  const files = published.map(({ file, inspection }) => ({
    path: file.path,
    name: posix.basename(file.path),
    bytes: file.size,
    fileSha256: inspection?.ok ? inspection.fileSha256 : null,
    usable: inspection?.ok ?? false,
  }));
  const hashed = files.some((f) => f.fileSha256 !== null);
  return compareWithManifest(await readManifest(), files, hashed);
}

/** Passes progress on about ten times a second, and the first and last of each phase always. */
class Progress {
  private readonly send: ((progress: IndexProgress) => void) | undefined;
  private phase: IndexPhase = 'names';
  private total = 0;
  private readonly throttle = new Throttle(100);

  constructor(send: ((progress: IndexProgress) => void) | undefined) {
    this.send = send;
  }

  start(phase: IndexPhase, total: number): void {
    this.phase = phase;
    this.total = total;
    this.throttle.restart();
    this.send?.({ phase, done: 0, total });
  }

  step(done: number, path?: string, total = this.total): void {
    if (!this.throttle.isDue()) return;
    this.send?.({ phase: this.phase, done, total, ...(path !== undefined && { path }) });
  }

  end(total: number): void {
    this.send?.({ phase: this.phase, done: total, total });
  }
}
