import { posix, resolve } from 'node:path';
import type { IndexedImage, IndexSummary, ManifestReport, Problem, ProblemCode } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { isDemoCase, parseBreakhisName, SUBTYPES } from '../../shared/domain/breakhis.ts';
import { readImageTable } from './csv.ts';
import { findDuplicateNames, findDuplicatePixels, findFolderContradictions, findUnexpectedSizes } from './findings.ts';
import { type Inspection, InspectPool, type InspectPoolOptions, type InspectTask } from './inspect.ts';
import { compareWithManifest, readManifest } from './manifest.ts';
import { compareText, makeProblem, sortProblems } from './problem.ts';
import { checkFolder, type FoundFile, walk } from './walk.ts';

/** What an earlier index learned of a file; while size, time and inode stay the same it is not decoded again. */
export interface KnownFile extends FoundFile {
  readonly inspection: Inspection;
}

export interface IndexResult {
  /** usable images, sorted by path; `id` is the position */
  readonly images: IndexedImage[];
  readonly problems: Problem[];
  /** null for other data than BreakHis, and for demo tissue */
  readonly manifest: ManifestReport | null;
  /** to pass as `known` next time */
  readonly files: KnownFile[];
}

/** "names": finding files; "headers": sizes; "pixels": decoding and hashing; "verify": the same with the files' SHA-256. */
export type IndexPhase = 'names' | 'headers' | 'pixels' | 'verify';

export interface IndexProgress {
  readonly phase: IndexPhase;
  /** files */
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
  /** called once, after the headers: complete but for what pixels tell, so that counts can be shown at once */
  readonly onPreview?: (result: IndexResult) => void;
  readonly pool?: InspectPoolOptions;
}

/** What names (or a table) say of an image. */
type Facts = Pick<IndexedImage, 'label' | 'subtype' | 'magnification' | 'slide' | 'case'>;

interface Entry {
  readonly file: FoundFile;
  /** null where the name is not understood */
  readonly facts: Facts | null;
  inspection: Inspection | null;
}

/** Faults that another attempt cannot cure while the file stays the same. */
const LASTING: readonly ProblemCode[] = ['zero-bytes', 'not-an-image', 'truncated', 'too-large'];

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
  const { entries, problems } = await (options.csv === undefined ? findByName : findByTable)(root, options, progress);
  progress.end(entries.length);
  const assemble = () => assembleResult(root, entries, problems, options);

  reuse(entries, options);
  const pool = new InspectPool(root, options.pool);
  try {
    const unseen = entries.filter((e) => e.inspection === null);
    await inspect(pool, 'headers', 'header', unseen, progress, signal);
    if (options.onPreview) options.onPreview(await assemble());
    const sound = unseen.filter((e) => e.facts !== null && e.inspection?.ok);
    const [phase, task] = options.verify ? (['verify', 'pixels-and-bytes'] as const) : (['pixels', 'pixels'] as const);
    await inspect(pool, phase, task, sound, progress, signal);
  } finally {
    await pool.close();
  }
  return assemble();
}

type Found = { entries: Entry[]; problems: Problem[] };

async function findByName(root: string, { signal }: IndexOptions, progress: Progress): Promise<Found> {
  const { files, problems } = await walk(root, { signal, onFound: (n) => progress.step(n, undefined, n) });
  const entries = files.map((file) => ({ file, facts: parseBreakhisName(posix.basename(file.path)), inspection: null }));
  return { entries, problems };
}

async function findByTable(root: string, { csv, signal }: IndexOptions, progress: Progress): Promise<Found> {
  await checkFolder(root);
  const { images, problems } = await readImageTable(csv!, root, { signal, onFound: (n) => progress.step(n, undefined, n) });
  const entries = images.map(({ path, size, mtimeMs, ino, label, magnification, patient }) => ({
    file: { path, size, mtimeMs, ino },
    facts: { label, subtype: '', magnification, slide: patient, case: patient },
    inspection: null,
  }));
  return { entries: entries.sort((a, b) => compareText(a.file.path, b.file.path)), problems };
}

/** Takes over what is known of unchanged files; verifying means reading every byte, so then nothing is. */
function reuse(entries: Entry[], options: IndexOptions): void {
  if (options.verify || !options.known) return;
  const known = new Map(options.known.map((k) => [k.path, k]));
  for (const entry of entries) {
    const { path, size, mtimeMs, ino } = entry.file;
    const old = known.get(path);
    if (!old || old.size !== size || old.mtimeMs !== mtimeMs || old.ino !== ino) continue;
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
  const problems = [...found];
  for (const { file, facts, inspection } of entries) {
    if (!inspection?.ok) {
      if (inspection) problems.push(makeProblem(inspection.code, file.path, inspection.what));
    } else if (facts === null) {
      problems.push(makeProblem('name-not-understood', file.path, 'the name does not say class, slide and magnification'));
    } else {
      images.push(imageOf(images.length, file, facts, inspection));
    }
  }
  const isBreakhis = options.csv === undefined;
  const decoded = images.filter((i) => i.pixelSha256 !== '');
  problems.push(...findDuplicateNames(images), ...findDuplicatePixels(decoded));
  if (isBreakhis) problems.push(...findFolderContradictions(images, root), ...findUnexpectedSizes(images));
  const comparison = isBreakhis ? await comparePublished(entries) : null;
  problems.push(...(comparison?.problems ?? []));
  const files = entries.flatMap(({ file, inspection }) => (inspection ? [{ ...file, inspection }] : []));
  return { images, problems: sortProblems(problems), manifest: comparison?.report ?? null, files };
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
  const published = entries.filter((e) => e.facts && !isDemo(e.facts));
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

function isDemo(facts: Facts): boolean {
  return facts.subtype !== '' && isDemoCase(facts.case);
}

/** Counts of an index for the page and the command line. Pure. */
export function summarise(result: IndexResult, folder: string): IndexSummary {
  const { images, problems, manifest } = result;
  const byMagnification: IndexSummary['byMagnification'] = {};
  const magnifications = [...new Set(images.map((i) => i.magnification))].sort((a, b) => a - b);
  for (const m of magnifications) byMagnification[m] = { benign: 0, malignant: 0 };
  for (const { magnification, label } of images) byMagnification[magnification][label]++;
  const subtypeRank = (code: string) => SUBTYPES.findIndex((s) => s.code === code);
  const counts = [...Map.groupBy(images, (i) => `${i.magnification} ${i.label} ${i.subtype}`).values()]
    .map(([{ magnification, label, subtype }, ...others]) => ({ magnification, label, subtype, images: others.length + 1 }))
    .sort(
      (a, b) =>
        a.magnification - b.magnification || subtypeRank(a.subtype) - subtypeRank(b.subtype) || compareText(a.label, b.label),
    );
  return {
    folder,
    images: images.length,
    byMagnification,
    counts,
    slides: new Set(images.map((i) => i.slide)).size,
    cases: new Set(images.map((i) => i.case)).size,
    problems,
    manifest,
    synthetic: images.length > 0 && images.every(isDemo),
  };
}

/** Passes progress on about ten times a second, and the first and last of each phase always. */
class Progress {
  private readonly send: ((progress: IndexProgress) => void) | undefined;
  private phase: IndexPhase = 'names';
  private total = 0;
  private last = 0;

  constructor(send: ((progress: IndexProgress) => void) | undefined) {
    this.send = send;
  }

  start(phase: IndexPhase, total: number): void {
    this.phase = phase;
    this.total = total;
    this.last = performance.now();
    this.send?.({ phase, done: 0, total });
  }

  step(done: number, path?: string, total = this.total): void {
    const now = performance.now();
    if (now - this.last < 100) return;
    this.last = now;
    this.send?.({ phase: this.phase, done, total, ...(path !== undefined && { path }) });
  }

  end(total: number): void {
    this.send?.({ phase: this.phase, done: total, total });
  }
}
