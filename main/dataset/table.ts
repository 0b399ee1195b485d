import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { LabError } from '../../shared/contract/errors.ts';

/** A row for each of a million images has some hundred bytes. */
const MAX_BYTES = 200_000_000;

export interface Row<C extends string> {
  /** of the file, from 1 */
  readonly line: number;
  readonly cells: Readonly<Record<C, string>>;
  /** more cells than the first line has columns: a comma within a cell moved those after it, and none can be trusted */
  readonly isShifted: boolean;
}

export interface Table<C extends string> {
  readonly rows: readonly Row<C>[];
  /** what had to be assumed to read it; null for a table that leaves nothing open */
  readonly note: string | null;
}

/**
 * Reads a table as spreadsheets save it: comma, semicolon or tab, with or without Excel's `sep=;`, as UTF-8, as UTF-16 with a
 * byte order mark, or in the Windows encoding of western Europe.
 * @param columns accepted headers of each column; the first is the one that the documentation names
 * @throws LabError "not-found" without the file; "bad-input" for a workbook, for no text, without one of the columns or any row
 */
export async function readTable<C extends string>(
  csv: string,
  columns: Readonly<Record<C, readonly string[]>>,
): Promise<Table<C>> {
  const name = basename(csv);
  const { text, note } = decode(await read(csv), name);
  const [, announced] = /^sep=(.)(?:\r?\n|\r|$)/i.exec(text) ?? [];
  const skipped = announced === undefined ? 0 : 1;
  const body = skipped ? text.replace(/^.*(?:\r?\n|\r|$)/, '') : text;
  const records = parseRecords(body, announced ?? findDelimiter(body), name);
  if (records.length === 0) throw new LabError('bad-input', `${name} is empty.`, { field: 'csv' });
  const [header, ...others] = records;
  const positions = findColumns(name, header.record, columns);
  if (others.length === 0)
    throw new LabError('bad-input', `${name} has a first line with the columns, but no rows below it.`, { field: 'csv' });
  const rows = others.map(({ record, info }) => {
    const cells = Object.entries<number>(positions).map(([column, at]) => [column, record[at] ?? '']);
    const isShifted = record.slice(header.record.length).some((cell) => cell !== '');
    return { line: info.lines + skipped, cells: Object.fromEntries(cells) as Record<C, string>, isShifted };
  });
  return { rows, note };
}

async function read(csv: string): Promise<Buffer> {
  try {
    const { size } = await stat(csv);
    if (size <= MAX_BYTES) return await readFile(csv);
    const message = `${basename(csv)} has ${Math.round(size / 1e6)} megabytes: a table of images has ${MAX_BYTES / 1e6} at most.`;
    throw new LabError('bad-input', message, { field: 'csv' });
  } catch (error) {
    if (error instanceof LabError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw new LabError('bad-input', `${csv} is a folder; name a CSV file.`, { field: 'csv' });
    throw new LabError('not-found', `${csv} cannot be read (${code}).`, { path: csv });
  }
}

/** First bytes of workbooks: of a ZIP archive (xlsx, ods), and of older ones (xls). */
const WORKBOOKS = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('d0cf11e0a1b11ae1', 'hex')];

function decode(bytes: Buffer, name: string): { text: string; note: string | null } {
  if (WORKBOOKS.some((start) => bytes.subarray(0, start.length).equals(start))) {
    const message = `${name} is a workbook, not a CSV file: open it in the spreadsheet program and save the sheet as "CSV UTF-8".`;
    throw new LabError('bad-input', message, { field: 'csv' });
  }
  const { text, note } = textOf(bytes);
  if (text.includes('\0')) {
    throw new LabError('bad-input', `${name} is not a text file: save the table as "CSV UTF-8".`, { field: 'csv' });
  }
  return { text, note };
}

function textOf(bytes: Buffer): { text: string; note: string | null } {
  const mark = bytes.toString('hex', 0, 2);
  if (mark === 'fffe') return { text: new TextDecoder('utf-16le').decode(bytes), note: null };
  if (mark === 'feff') return { text: new TextDecoder('utf-16be').decode(bytes), note: null };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), note: null };
  } catch {
    const note = 'the table is not UTF-8; its letters were read as Windows-1252 (western Europe, Latin-1)';
    return { text: new TextDecoder('windows-1252').decode(bytes), note };
  }
}

type Record_ = { record: string[]; info: { lines: number } };

function parseRecords(text: string, delimiter: string, name: string): Record_[] {
  try {
    return parse(text, {
      delimiter,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
    }) as unknown as Record_[];
  } catch (error) {
    // csv-parse names the line, e.g. of a quote that is never closed
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')) {
      const line = 'lines' in error ? ` up to line ${String(error.lines)}` : '';
      const message = `${name} cannot be read as a table${line}: a quotation mark (") opens a cell and none closes it. Correct it, or save the table as "CSV UTF-8" in a spreadsheet program.`;
      throw new LabError('bad-input', message, { field: 'csv' });
    }
    throw error;
  }
}

function findColumns<C extends string>(
  name: string,
  header: readonly string[],
  columns: Readonly<Record<C, readonly string[]>>,
): Record<C, number> {
  const names = header.map((h) => h.toLowerCase().replace(/[\s-]+/g, '_'));
  const positions = {} as Record<C, number>;
  for (const [column, accepted] of Object.entries<readonly string[]>(columns) as [C, readonly string[]][]) {
    const found = accepted.find((a) => names.includes(a));
    if (found === undefined) {
      const message = `${name} has no column "${column}"; its first line must name the columns ${Object.keys(columns).join(', ')}.`;
      throw new LabError('bad-input', message, { field: column });
    }
    if (names.indexOf(found) !== names.lastIndexOf(found)) {
      const message = `${name} has two columns "${found}": which one is meant cannot be known. Rename or remove one of them.`;
      throw new LabError('bad-input', message, { field: column });
    }
    positions[column] = names.indexOf(found);
  }
  return positions;
}

/** Comma, semicolon, tab or bar, whichever the first line has most of; spreadsheets write semicolons in half of Europe. */
function findDelimiter(text: string): string {
  const [first] = text.split(/[\r\n]/, 1);
  const count = (d: string) => first.split(d).length;
  return [',', ';', '\t', '|'].reduce((best, d) => (count(d) > count(best) ? d : best));
}

/** What spreadsheets and statistics programs write where nothing is known, and formulas that were not computed. */
const NO_VALUE = /^(nan|n\/?a|null|none|nil|undefined|unknown|[?\p{Pd}]+|#(ref!|n\/a|value!|name\?|null!|div\/0!|num!)|=.*)$/iu;

/** Whether a cell says that nothing is known. */
export function standsForNothing(cell: string): boolean {
  return NO_VALUE.test(cell);
}
