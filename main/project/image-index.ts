import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { IndexedImage, ManifestReport, Problem } from '../../shared/contract/dataset.ts';
import type { IndexResult, KnownFile } from '../dataset/index-folder.ts';
import { isDemoTissue } from '../dataset/tissue/record.ts';
import { transaction } from './database.ts';

/** What images to list; every field given must match. */
export interface ImageFilter {
  readonly magnification?: number;
  readonly label?: string;
  readonly subtype?: string;
  readonly case?: string;
  readonly slide?: string;
}

/** Replaces the index by a new one, in one transaction: a crash leaves the old one. */
export function saveIndex(db: DatabaseSync, folder: string, result: IndexResult): void {
  transaction(db, () => {
    db.exec('DELETE FROM data_set; DELETE FROM known_file; DELETE FROM image; DELETE FROM problem;');
    const manifest = result.manifest && JSON.stringify(result.manifest);
    db.prepare('INSERT INTO data_set (id, folder, manifest, csv, synthetic) VALUES (1, ?, ?, ?, ?)').run(
      folder,
      manifest,
      result.csv,
      Number(result.synthetic),
    );
    const file = db.prepare('INSERT INTO known_file VALUES (?, ?, ?, ?, ?, ?)');
    for (const f of result.files) file.run(f.path, f.size, f.mtimeMs, f.ctimeMs, f.ino, JSON.stringify(f.inspection));
    const image = db.prepare('INSERT INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const i of result.images) {
      image.run(
        i.id,
        i.path,
        i.name,
        i.label,
        i.subtype,
        i.magnification,
        i.slide,
        i.case,
        i.width,
        i.height,
        i.bytes,
        i.pixelSha256,
        i.fileSha256,
      );
    }
    const problem = db.prepare('INSERT INTO problem (code, path, message, related) VALUES (?, ?, ?, ?)');
    for (const p of result.problems) problem.run(p.code, p.path, p.message, p.related ? JSON.stringify(p.related) : null);
  });
}

/** The indexed images lie in another folder now. */
export function saveFolder(db: DatabaseSync, folder: string): void {
  db.prepare('UPDATE data_set SET folder = ?').run(folder);
}

/** Whether there is an index, read or not. */
export function hasIndex(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM data_set').get() !== undefined;
}

/**
 * The index as it was saved; null before the first one.
 * @param files with what is known of every file, which the next index needs
 */
export function loadIndex(
  db: DatabaseSync,
  { files: withFiles } = { files: true },
): { folder: string; result: IndexResult } | null {
  const dataSet = db.prepare('SELECT folder, manifest, csv, synthetic FROM data_set').get();
  if (!dataSet) return null;
  const folder = String(dataSet.folder);
  const manifest = dataSet.manifest === null ? null : (JSON.parse(String(dataSet.manifest)) as ManifestReport);
  const images = db.prepare('SELECT * FROM image ORDER BY id').all().map(toImage);
  const problems = db.prepare('SELECT code, path, message, related FROM problem ORDER BY position').all().map(toProblem);
  const files = withFiles ? db.prepare('SELECT * FROM known_file').all().map(toKnownFile) : [];
  const csv = dataSet.csv === null ? null : String(dataSet.csv);
  const synthetic = dataSet.synthetic === null ? isDemoTissue(folder, images) : dataSet.synthetic === 1;
  return { folder, result: { images, problems, manifest, csv, synthetic, files } };
}

/** Paths would put 100x before 40x. */
const ORDER = 'ORDER BY label, subtype, slide, magnification, id';

/**
 * One page of the images that match: slide by slide, of each the smallest magnification first.
 * @returns the page, and how many images match in all
 */
export function queryImages(
  db: DatabaseSync,
  filter: ImageFilter,
  offset: number,
  limit: number,
): { total: number; images: IndexedImage[] } {
  const { where, values } = conditionOf(filter);
  const total = Number(db.prepare(`SELECT count(*) AS n FROM image ${where}`).get(...values)?.n);
  const rows = db.prepare(`SELECT * FROM image ${where} ${ORDER} LIMIT ? OFFSET ?`).all(...values, limit, offset);
  return { total, images: rows.map(toImage) };
}

const EQUALS = { magnification: 'magnification', label: 'label', subtype: 'subtype', case: '"case"', slide: 'slide' } as const;

function conditionOf(filter: ImageFilter): { where: string; values: SQLInputValue[] } {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  for (const [field, column] of Object.entries(EQUALS)) {
    const value = filter[field as keyof typeof EQUALS];
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    values.push(value);
  }
  return { where: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '', values };
}

type Row = Record<string, SQLOutputValue>;

function toImage(row: Row): IndexedImage {
  const { pixel_sha256: pixelSha256, file_sha256: fileSha256, ...same } = row;
  return { ...same, pixelSha256, fileSha256 } as unknown as IndexedImage; // written by saveIndex from the same type
}

function toProblem({ code, path, message, related }: Row): Problem {
  return { code, path, message, ...(related !== null && { related: JSON.parse(String(related)) as string[] }) } as Problem;
}

function toKnownFile({ mtime_ms: mtimeMs, ctime_ms: ctimeMs, inspection, ...same }: Row): KnownFile {
  return { ...same, mtimeMs, ctimeMs, inspection: JSON.parse(String(inspection)) as unknown } as unknown as KnownFile;
}
