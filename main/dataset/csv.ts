import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { Problem } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { foldPatient } from '../../shared/domain/patient.ts';
import { type ClassColumn, readClassColumn } from './class-column.ts';
import { NameFinder } from './file-names.ts';
import { makeProblem } from './problem.ts';
import { readTable, type Row, standsForNothing } from './table.ts';
import { type FoundFile, stampOf } from './walk.ts';

/** An image that a CSV file describes. */
export interface CsvImage extends FoundFile {
  readonly label: string;
  readonly magnification: number;
  readonly patient: string;
}

/** Accepted headers of each column; the first is the one that the documentation names. */
export const COLUMNS = {
  path: ['path', 'image', 'file', 'filename', 'file_name'],
  label: ['label', 'class', 'diagnosis'],
  magnification: ['magnification', 'mag'],
  patient: ['patient', 'case', 'patient_id', 'case_id'],
} as const;

/**
 * Reads a table of images: columns path, label, magnification and patient in any order, headers in any case. Labels are benign /
 * malignant or 0 / 1 (or 0.0 / 1.0), or classes of one's own (class-column.ts); magnifications are written 40, 40x or 40X. Paths are relative to the folder or to the CSV
 * file, in any case and Unicode form, with or without extension, as long as one file is meant. A row that cannot be used becomes
 * a "bad-row" problem that names line and column.
 * @param folder the indexed folder; no row may lead out of it
 * @throws LabError "not-found" without the file, "bad-input" without one of the columns or any row, "cancelled"
 */
export async function readImageTable(
  csv: string,
  folder: string,
  options: { signal?: AbortSignal; onFound?: (images: number) => void } = {},
): Promise<{ images: CsvImage[]; problems: Problem[] }> {
  const images: CsvImage[] = [];
  const problems: Problem[] = [];
  const rowOfPath = new Map<string, { line: number; image: CsvImage }>();
  const contradicted = new Set<string>();
  const name = basename(csv);
  const { rows, note } = await readTable(csv, COLUMNS);
  if (note) problems.push(makeProblem('table-converted', name, note));
  const classes = readClassColumn(rows.map((row) => row.cells.label));
  const places: Places = { folder, csvFolder: dirname(resolve(csv)), finder: new NameFinder(folder) };
  for (const row of rows) {
    if (options.signal?.aborted) throw new LabError('cancelled', 'Indexing was cancelled.');
    try {
      const image = await readRow(row, places, classes);
      const earlier = rowOfPath.get(image.path);
      if (earlier) {
        const again = `"${image.path}" stands in line ${earlier.line} already`;
        if (saysTheSame(earlier.image, image)) throw badCell('path', again);
        contradicted.add(image.path);
        throw badCell('path', `${again}, but not with the same label, magnification and patient, so neither is used`);
      }
      rowOfPath.set(image.path, { line: row.line, image });
      images.push(image);
      options.onFound?.(images.length);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      const column = String(error.details?.field ?? '');
      problems.push(makeProblem('bad-row', name, `line ${row.line}, column ${column}: ${error.message}`));
    }
  }
  return { images: images.filter(({ path }) => !contradicted.has(path)), problems };
}

function saysTheSame(a: CsvImage, b: CsvImage): boolean {
  return a.label === b.label && a.magnification === b.magnification && foldPatient(a.patient) === foldPatient(b.patient);
}

interface Places {
  readonly folder: string;
  readonly csvFolder: string;
  readonly finder: NameFinder;
}

/** "1,000" and "1.000" are one thousand or one, depending on who writes them; "0.625" is clear. */
const THOUSANDS = /^[1-9]\d{0,2}[.,]\d{3}$/;

async function readRow({ cells, isShifted }: Row<keyof typeof COLUMNS>, places: Places, classes: ClassColumn): Promise<CsvImage> {
  if (isShifted)
    throw badCell('path', 'it has more cells than the first line has columns; a cell with a comma in it needs quotation marks');
  const label = classes.classOf(cells.label);
  if (label === null) throw badCell('label', `"${cells.label}" ${classes.otherwise}`);
  const [, digits] = /^(\d+(?:[.,]\d+)?)\s*[x\u00d7]?$/i.exec(cells.magnification) ?? [];
  if (digits && THOUSANDS.test(digits)) {
    const plain = Number(digits.replace(',', '.'));
    throw badCell(
      'magnification',
      `"${cells.magnification}" could be ${plain} or ${digits.replace(/[.,]/, '')}: write it without separators`,
    );
  }
  const magnification = Number(digits?.replace(',', '.'));
  if (!(magnification > 0)) throw badCell('magnification', `"${cells.magnification}" is not a magnification such as 40 or 40x`);
  if (!cells.patient) throw badCell('patient', 'it is empty');
  if (standsForNothing(cells.patient)) throw badCell('patient', `"${cells.patient}" stands for no patient`);
  const file = await locate(cells.path, places);
  return { ...file, label, magnification, patient: cells.patient };
}

/** @throws LabError "outside-folder" or "bad-input" */
async function locate(path: string, { folder, csvFolder, finder }: Places): Promise<FoundFile> {
  if (!path) throw badCell('path', 'it is empty');
  const portable = path.replaceAll('\\', '/'); // tables made on Windows
  const inside = [folder, csvFolder].map((base) => relativeInside(folder, resolve(base, portable))).filter((p) => p !== null);
  if (inside.length === 0) throw new LabError('outside-folder', `"${path}" leads out of the folder`, { field: 'path' });
  for (const relativePath of inside) {
    const file = await fileAt(folder, relativePath);
    if (file) return file;
  }
  for (const relativePath of inside) {
    const found = await finder.find(relativePath);
    if (found.length > 1)
      throw badCell('path', `"${path}" could be ${found.slice(0, 3).join(' or ')}; write it as the file is named`);
    const file = found.length === 1 ? await fileAt(folder, found[0]) : null;
    if (file) return file;
  }
  throw badCell('path', `there is no file "${path}"`);
}

async function fileAt(folder: string, path: string): Promise<FoundFile | null> {
  const stats = await stat(resolve(folder, path)).catch(() => null);
  return stats?.isFile() ? { path, ...stampOf(stats) } : null;
}

function relativeInside(folder: string, absolute: string): string | null {
  const path = relative(folder, absolute);
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return null;
  return path.replaceAll(sep, '/');
}

function badCell(field: string, message: string): LabError {
  return new LabError('bad-input', message, { field });
}
