import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { ManifestReport, Problem } from '../../shared/contract/dataset.ts';
import { parseBreakhisName } from '../../shared/domain/breakhis.ts';
import { resourcePath } from '../platform/entries.ts';
import { makeProblem } from './problem.ts';

/** One published image of BreakHis. */
interface ManifestEntry {
  readonly name: string;
  readonly slide: string;
  /** size of the published file */
  readonly bytes: number;
  /** of the published file's bytes, hexadecimal */
  readonly sha256: string;
}

/** The published images by {@link nameKey}. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;

/** A file with a BreakHis name, as it was found. */
export interface NamedFile {
  /** relative to the indexed folder */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** null where the bytes were not read */
  readonly fileSha256: string | null;
  /** false for files that were reported already, e.g. as truncated: they are counted, but not reported twice */
  readonly usable: boolean;
}

/** With more files of one kind than this, a problem is reported for each slide instead of each file. */
const REPORT_SINGLY = 20;
/** A folder that lacks more than this share of the published images is taken for a subset, kept on purpose. */
const SUBSET = 0.1;

/** The 7,909 published images (names, sizes and SHA-256 of BreakHis v1). */
export async function readManifest(): Promise<Manifest> {
  const manifest = new Map<string, ManifestEntry>();
  for (const line of await readLines('breakhis/manifest.csv')) {
    const [name, , bytes, sha256] = line.split(',');
    const parsed = parseBreakhisName(name);
    if (parsed) manifest.set(nameKey(name), { name, slide: parsed.slide, bytes: Number(bytes), sha256 });
  }
  return manifest;
}

/**
 * The side of an image in one of the five official folds; undefined for a name that the fold does not list.
 * @param fold 1 to 5
 */
export async function readFold(fold: number): Promise<(name: string) => 'train' | 'test' | undefined> {
  const sides = new Map<string, 'train' | 'test'>();
  for (const line of await readLines(`breakhis/folds/dsfold${fold}.txt`)) {
    const [name, , , side] = line.split('|');
    if (side === 'train' || side === 'test') sides.set(nameKey(name), side);
  }
  return (name) => sides.get(nameKey(name));
}

/**
 * Compares a folder with the published data set: names and sizes always, SHA-256 where it is known. The report counts
 * everything; the problems stay readable, also for a folder that holds a small part of the data set.
 * @param hashed whether the bytes of the files were hashed
 */
export function compareWithManifest(
  manifest: Manifest,
  files: readonly NamedFile[],
  hashed: boolean,
): { report: ManifestReport; problems: Problem[] } {
  const present = new Map<string, string>(); // published name -> folder it was found in
  const changed: Finding[] = [];
  const unknown: Finding[] = [];
  let changedCount = 0;
  let unknownCount = 0;
  for (const file of files) {
    const entry = manifest.get(nameKey(file.name));
    if (!entry) {
      unknownCount++;
      if (file.usable)
        unknown.push({ path: file.path, slide: slideOf(file.name), what: 'the published data set has no image of this name' });
      continue;
    }
    present.set(nameKey(file.name), posix.dirname(file.path));
    const difference = differenceOf(file, entry);
    if (difference === null) continue;
    changedCount++;
    if (file.usable) changed.push({ path: file.path, slide: entry.slide, what: difference });
  }
  const missing = manifest.size - present.size;
  return {
    report: { expected: manifest.size, present: present.size, missing, changed: changedCount, unknown: unknownCount, hashed },
    problems: [
      ...reportMissing(manifest, present),
      ...reportFindings('changed-against-manifest', changed, 'images differ from the published files'),
      ...reportFindings('unknown-to-manifest', unknown, 'images are not in the published data set'),
    ],
  };
}

interface Finding {
  readonly path: string;
  readonly slide: string;
  readonly what: string;
}

function differenceOf(file: NamedFile, entry: ManifestEntry): string | null {
  if (file.bytes !== entry.bytes) return `the file has ${file.bytes} bytes, the published one ${entry.bytes}`;
  if (file.fileSha256 !== null && file.fileSha256 !== entry.sha256) return 'its bytes differ from the published file (SHA-256)';
  return null;
}

function reportMissing(manifest: Manifest, present: ReadonlyMap<string, string>): Problem[] {
  const missing = [...manifest].filter(([key]) => !present.has(key)).map(([, entry]) => entry);
  if (missing.length === 0) return [];
  if (missing.length > manifest.size * SUBSET) {
    const what = `${missing.length} of the ${manifest.size} published images are not here; the folder is taken for a part of BreakHis`;
    return [makeProblem('missing-against-manifest', '.', what)];
  }
  const folderOfSlide = new Map<string, string>();
  for (const [key, folder] of present) folderOfSlide.set(manifest.get(key)!.slide, folder);
  return [...Map.groupBy(missing, (entry) => entry.slide)].map(([slide, entries]) => {
    const what = `${entries.length} published ${entries.length === 1 ? 'image' : 'images'} of slide ${slide} not found`;
    const names = entries.map((e) => e.name);
    return makeProblem('missing-against-manifest', folderOfSlide.get(slide) ?? '.', what, names);
  });
}

function reportFindings(
  code: 'changed-against-manifest' | 'unknown-to-manifest',
  findings: readonly Finding[],
  summary: string,
): Problem[] {
  if (findings.length <= REPORT_SINGLY) return findings.map((f) => makeProblem(code, f.path, f.what));
  return [...Map.groupBy(findings, (f) => f.slide)].map(([slide, all]) => {
    const paths = all.map((f) => f.path);
    return makeProblem(code, posix.dirname(paths[0]), `slide ${slide}: ${all.length} ${summary}`, paths);
  });
}

function slideOf(name: string): string {
  return parseBreakhisName(name)?.slide ?? name;
}

/** Names are compared without regard to case: file systems that ignore case give names back in either. */
function nameKey(name: string): string {
  return name.toUpperCase();
}

async function readLines(resource: string): Promise<string[]> {
  const text = await readFile(resourcePath(resource), 'utf8');
  return text.split(/\r?\n/).filter((line) => line !== '');
}
