import { basename, posix } from 'node:path';
import { type IndexedImage, type Part, parts } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { foldPatient } from '../../shared/domain/patient.ts';
import { COLUMNS } from './csv.ts';
import { foldName, withoutExtension } from './file-names.ts';
import { readTable } from './table.ts';

/** One row of a split list. */
export interface ListedPart {
  readonly line: number;
  /** as the list writes it */
  readonly name: string;
  readonly part: Part;
}

const PART_WORDS: ReadonlyMap<string, Part> = new Map([
  ...parts.map((part) => [part, part] as const),
  ['training', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['testing', 'test'],
]);
const LIST_COLUMNS = {
  name: ['name', ...COLUMNS.path, 'slide', ...COLUMNS.patient],
  part: ['part', 'split', 'set'],
} as const;
const EXAMPLES = 5;

/**
 * Reads a split list: a CSV file with columns name (of a file, slide or case, or a path) and part (train, validation or test).
 * @throws LabError "not-found"; "bad-input" naming line and column, since a split with a wrong row is no split
 */
export async function readPartList(csv: string): Promise<ListedPart[]> {
  const file = basename(csv);
  const { rows } = await readTable(csv, LIST_COLUMNS);
  const known = new Map<string, ListedPart>();
  return rows.map(({ line, cells, isShifted }) => {
    const refuse = (field: string, what: string) =>
      new LabError('bad-input', `${file}, line ${line}, column ${field}: ${what}.`, { field, line });
    if (isShifted)
      throw refuse(
        'name',
        'the line has more cells than the first line has columns; a name with a comma in it needs quotation marks',
      );
    const part = PART_WORDS.get(cells.part.toLowerCase());
    if (!part) throw refuse('part', `"${cells.part}" is not one of ${parts.join(', ')}`);
    if (!cells.name) throw refuse('name', 'it is empty');
    const row = { line, name: cells.name, part };
    const earlier = known.get(cells.name);
    if (earlier && earlier.part !== part) throw refuse('name', `"${cells.name}" is listed twice with different parts`);
    known.set(cells.name, row);
    return row;
  });
}

/** Which image is in which part by a list, and what found no partner. */
export interface MatchedList {
  /** by path of the image */
  readonly partOf: ReadonlyMap<string, Part>;
  readonly rowsWithoutImage: readonly ListedPart[];
  /** paths */
  readonly imagesWithoutRow: readonly string[];
}

/**
 * Finds the images that the rows of a list mean. A row may write a path or a file name, in any case and Unicode form, with or
 * without extension, with "./", as an absolute path or as Windows does; or the name of a slide, a case or a folder, for all of
 * its images. A file name that stands in several folders means all of them; one that could mean several names means none.
 * @param folder of the data set, absolute
 * @throws LabError "bad-input" where two rows put one image into different parts
 */
export function matchPartList(rows: readonly ListedPart[], images: readonly IndexedImage[], folder: string): MatchedList {
  const names = new ImageNames(images, folder);
  const rowOf = new Map<string, ListedPart>();
  const rowsWithoutImage: ListedPart[] = [];
  for (const row of rows) {
    const meant = names.find(row.name);
    if (meant.length === 0) rowsWithoutImage.push(row);
    for (const path of meant) {
      const earlier = rowOf.get(path);
      if (earlier && earlier.part !== row.part) {
        const message = `Lines ${earlier.line} ("${earlier.name}", ${earlier.part}) and ${row.line} ("${row.name}", ${row.part}) of the list both mean ${path}, but name different parts.`;
        throw new LabError('bad-input', message, { field: 'name', line: row.line });
      }
      rowOf.set(path, row);
    }
  }
  const imagesWithoutRow = images.map((i) => i.path).filter((path) => !rowOf.has(path));
  return { partOf: new Map([...rowOf].map(([path, row]) => [path, row.part])), rowsWithoutImage, imagesWithoutRow };
}

/**
 * Refuses a list in which rows or images have no partner.
 * @throws LabError "bad-input" with field "file", the first of them in the message and all in `details`
 */
export function requireWholeList({ rowsWithoutImage, imagesWithoutRow, partOf }: MatchedList, rows: number, file: string): void {
  if (rowsWithoutImage.length === 0 && imagesWithoutRow.length === 0) return;
  const images = partOf.size + imagesWithoutRow.length;
  const findings = [
    rowsWithoutImage.length > 0 &&
      `${rowsWithoutImage.length} of ${rows} rows name no image of the data set (${first(rowsWithoutImage.map((r) => `line ${r.line}: ${r.name}`))})`,
    imagesWithoutRow.length > 0 && `${imagesWithoutRow.length} of ${images} images stand in no row (${first(imagesWithoutRow)})`,
  ].filter((finding) => finding !== false);
  const remedy = 'Correct the list, or write "unlisted": "leave out" into the plan\'s split to go on without them.';
  throw new LabError('bad-input', `${basename(file)}: ${findings.join('; ')}. ${remedy}`, {
    field: 'file',
    rows: rowsWithoutImage.map(({ line, name }) => ({ line, name })),
    images: imagesWithoutRow,
  });
}

function first(names: readonly string[]): string {
  const more = names.length > EXAMPLES ? `, and ${names.length - EXAMPLES} more` : '';
  return names.slice(0, EXAMPLES).join(', ') + more;
}

/** Ways to name the images of a data set. */
class ImageNames {
  /** folded end of a path, with and without extension -> [end as written, path] */
  private readonly ends = new Map<string, [string, string][]>();
  private readonly patients = new Map<string, Set<string>>();
  private readonly folders = new Map<string, Set<string>>();
  private readonly folder: string;

  constructor(images: readonly IndexedImage[], folder: string) {
    this.folder = foldName(basename(folder));
    for (const { path, slide, case: caseNumber } of images) {
      const steps = path.split('/');
      for (let from = 0; from < steps.length; from++) {
        const end = steps.slice(from).join('/').normalize('NFC');
        for (const name of new Set([end, withoutExtension(end)])) {
          const key = foldName(name);
          const own = this.ends.get(key);
          if (own) own.push([name, path]);
          else this.ends.set(key, [[name, path]]);
        }
        if (from < steps.length - 1) add(this.folders, foldName(steps.slice(0, from + 1).join('/')), path);
      }
      add(this.patients, foldPatient(slide), path);
      add(this.patients, foldPatient(caseNumber), path);
    }
  }

  find(name: string): readonly string[] {
    const written = name
      .replaceAll('\\', '/')
      .normalize('NFC')
      .replace(/^(\.\/+)+/, '')
      .replace(/\/+$/, '');
    for (const end of this.endsOf(written)) {
      const found = this.ends.get(foldName(end));
      if (!found) continue;
      const exact = found.filter(([own]) => own === end);
      const chosen = exact.length > 0 ? exact : found;
      // two files that differ in case or extension; the same name in several folders means all of them
      if (new Set(chosen.map(([, path]) => posix.basename(path))).size > 1) return [];
      return chosen.map(([, path]) => path);
    }
    const patient = this.patients.get(foldPatient(written)) ?? this.patients.get(foldPatient(basename(written)));
    if (patient) return [...patient];
    const folder = this.endsOf(written)
      .map((end) => this.folders.get(foldName(end)))
      .find((own) => own !== undefined);
    return folder ? [...folder] : [];
  }

  /** The name itself; of a path from outside (absolute, "../", or with the data set's own folder) also its ends. */
  private endsOf(name: string): string[] {
    const steps = name.split('/').filter((step) => step !== '' && step !== '.');
    const isOutside = /^(\/|[a-z]:|\.\.\/)/i.test(name) || foldName(steps[0] ?? '') === this.folder;
    return steps.slice(0, isOutside ? undefined : 1).map((_, from) => steps.slice(from).join('/'));
  }
}

function add(map: Map<string, Set<string>>, key: string, path: string): void {
  const own = map.get(key);
  if (own) own.add(path);
  else map.set(key, new Set([path]));
}
