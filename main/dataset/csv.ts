import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { parse } from 'csv-parse';
import { type Part, parts, type Problem } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { Label } from '../../shared/domain/label.ts';
import { makeProblem } from './problem.ts';
import { type FoundFile, stampOf } from './walk.ts';

/** An image that a CSV file describes. */
export interface CsvImage extends FoundFile {
  readonly label: Label;
  readonly magnification: number;
  readonly patient: string;
}

/** Accepted headers of each column; the first is the one that the documentation names. */
const COLUMNS = {
  path: ['path', 'image', 'file', 'filename', 'file_name'],
  label: ['label', 'class', 'diagnosis'],
  magnification: ['magnification', 'mag'],
  patient: ['patient', 'case', 'patient_id', 'case_id'],
} as const;

const LABEL_WORDS: Readonly<Record<string, Label>> = {
  benign: 'benign',
  b: 'benign',
  '0': 'benign',
  malignant: 'malignant',
  m: 'malignant',
  '1': 'malignant',
};

/**
 * Reads a table of images: columns path, label, magnification and patient in any order, headers in any case, separated by
 * comma, semicolon or tab. Labels are benign / malignant or 0 / 1; magnifications are written 40, 40x or 40X. Paths are
 * relative to the folder or to the CSV file. A row that cannot be used becomes a "bad-row" problem that names line and column.
 * @param folder the indexed folder; no row may lead out of it
 * @throws LabError "not-found" without the file, "bad-input" without one of the columns, "cancelled"
 */
export async function readImageTable(
  csv: string,
  folder: string,
  options: { signal?: AbortSignal; onFound?: (images: number) => void } = {},
): Promise<{ images: CsvImage[]; problems: Problem[] }> {
  const images: CsvImage[] = [];
  const problems: Problem[] = [];
  const lineOfPath = new Map<string, number>();
  const name = basename(csv);
  for await (const row of readRows(csv, COLUMNS)) {
    if (options.signal?.aborted) throw new LabError('cancelled', 'Indexing was cancelled.');
    try {
      const image = await readRow(row, csv, folder);
      const earlier = lineOfPath.get(image.path);
      if (earlier !== undefined) throw badCell('path', `"${image.path}" stands in line ${earlier} already`);
      lineOfPath.set(image.path, row.line);
      images.push(image);
      options.onFound?.(images.length);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      const column = String(error.details?.field ?? '');
      problems.push(makeProblem('bad-row', name, `line ${row.line}, column ${column}: ${error.message}`));
    }
  }
  return { images, problems };
}

/**
 * Reads a split list: a CSV file with columns name (or path) and part (train, validation or test).
 * @returns the part by path or file name as the list writes it
 * @throws LabError "not-found"; "bad-input" naming line and column, since a split with a wrong row is no split
 */
export async function readPartList(csv: string): Promise<Map<string, Part>> {
  const list = new Map<string, Part>();
  for await (const { line, cells } of readRows(csv, { name: ['name', ...COLUMNS.path], part: ['part', 'split', 'set'] })) {
    const where = `${basename(csv)}, line ${line}`;
    const word = cells.part.toLowerCase();
    const part = parts.find((p) => p === word) ?? (word === 'val' || word === 'valid' ? 'validation' : undefined);
    if (!part)
      throw new LabError('bad-input', `${where}, column part: "${cells.part}" is not one of ${parts.join(', ')}.`, {
        field: 'part',
        line,
      });
    const name = cells.name.replaceAll('\\', '/');
    if (!name) throw new LabError('bad-input', `${where}, column name: it is empty.`, { field: 'name', line });
    if (list.has(name) && list.get(name) !== part) {
      throw new LabError('bad-input', `${where}, column name: "${name}" is listed twice with different parts.`, {
        field: 'name',
        line,
      });
    }
    list.set(name, part);
  }
  return list;
}

async function readRow(row: Row<keyof typeof COLUMNS>, csv: string, folder: string): Promise<CsvImage> {
  const { cells } = row;
  const label = LABEL_WORDS[cells.label.toLowerCase()];
  if (!label) throw badCell('label', `"${cells.label}" is neither benign (0) nor malignant (1)`);
  const magnification = Number(/^(\d+(?:\.\d+)?)\s*[x\u00d7]?$/i.exec(cells.magnification)?.[1]);
  if (!(magnification > 0)) throw badCell('magnification', `"${cells.magnification}" is not a magnification such as 40 or 40x`);
  if (!cells.patient) throw badCell('patient', 'it is empty');
  const file = await locate(cells.path, folder, dirname(resolve(csv)));
  return { ...file, label, magnification, patient: cells.patient };
}

/** @throws LabError "outside-folder" or "bad-input" */
async function locate(path: string, folder: string, csvFolder: string): Promise<FoundFile> {
  if (!path) throw badCell('path', 'it is empty');
  const portable = path.replaceAll('\\', '/'); // tables made on Windows
  const inside = [folder, csvFolder].map((base) => relativeInside(folder, resolve(base, portable))).filter((p) => p !== null);
  if (inside.length === 0) throw new LabError('outside-folder', `"${path}" leads out of the folder`, { field: 'path' });
  for (const relativePath of inside) {
    const stats = await stat(resolve(folder, relativePath)).catch(() => null);
    if (stats?.isFile()) return { path: relativePath, ...stampOf(stats) };
  }
  throw badCell('path', `there is no file "${path}"`);
}

function relativeInside(folder: string, absolute: string): string | null {
  const path = relative(folder, absolute);
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return null;
  return path.replaceAll(sep, '/');
}

function badCell(field: string, message: string): LabError {
  return new LabError('bad-input', message, { field });
}

interface Row<C extends string> {
  readonly line: number;
  readonly cells: Readonly<Record<C, string>>;
}

async function* readRows<C extends string>(csv: string, columns: Readonly<Record<C, readonly string[]>>): AsyncGenerator<Row<C>> {
  const delimiter = await findDelimiter(csv);
  const parser = createReadStream(csv).pipe(
    parse({ bom: true, delimiter, info: true, trim: true, skip_empty_lines: true, relax_column_count: true, relax_quotes: true }),
  );
  let positions: Record<C, number> | null = null;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!positions) {
        positions = findColumns(csv, record, columns);
        continue;
      }
      const entries = Object.entries<number>(positions).map(([column, at]) => [column, record[at] ?? '']);
      yield { line: info.lines, cells: Object.fromEntries(entries) as Record<C, string> };
    }
  } catch (error) {
    // csv-parse names the line, e.g. of a quote that is never closed
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')) {
      throw new LabError('bad-input', `${basename(csv)}: ${error.message}`, { field: 'csv' });
    }
    throw error;
  }
  if (!positions) throw new LabError('bad-input', `${basename(csv)} is empty.`, { field: 'csv' });
}

function findColumns<C extends string>(
  csv: string,
  header: readonly string[],
  columns: Readonly<Record<C, readonly string[]>>,
): Record<C, number> {
  const names = header.map((h) => h.toLowerCase());
  const positions = {} as Record<C, number>;
  for (const [column, accepted] of Object.entries<readonly string[]>(columns) as [C, readonly string[]][]) {
    const name = accepted.find((a) => names.includes(a));
    if (name === undefined) {
      const message = `${basename(csv)} has no column "${column}"; its first line must name the columns ${Object.keys(columns).join(', ')}.`;
      throw new LabError('bad-input', message, { field: column });
    }
    positions[column] = names.indexOf(name);
  }
  return positions;
}

/** Comma, semicolon or tab, whichever the first line has most of; spreadsheets write semicolons in half of Europe. */
async function findDelimiter(csv: string): Promise<string> {
  let start: string;
  try {
    await using file = await open(csv, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    start = buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw new LabError('not-found', `${csv} cannot be read (${(error as NodeJS.ErrnoException).code}).`, { path: csv });
  }
  const [first] = start.split(/[\r\n]/, 1);
  const count = (d: string) => first.split(d).length;
  return [',', ';', '\t'].reduce((best, d) => (count(d) > count(best) ? d : best));
}
