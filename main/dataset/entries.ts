import { posix } from 'node:path';
import type { IndexedImage, Problem } from '../../shared/contract/dataset.ts';
import { parseBreakhisName } from '../../shared/domain/breakhis.ts';
import { foldPatient } from '../../shared/domain/patient.ts';
import { type CsvImage, readImageTable } from './csv.ts';
import type { Inspection } from './inspect.ts';
import { compareText, makeProblem } from './problem.ts';
import { checkFolder, type FoundFile, stampOf, walk } from './walk.ts';

/** What names (or a table) say of an image. */
export type Facts = Pick<IndexedImage, 'label' | 'subtype' | 'magnification' | 'slide' | 'case'>;

/** A file of the data set, before and after it was looked into. */
export interface Entry {
  readonly file: FoundFile;
  /** null where the name is not understood */
  readonly facts: Facts | null;
  inspection: Inspection | null;
}

export interface FindOptions {
  readonly signal?: AbortSignal;
  readonly onFound?: (files: number) => void;
}

/** The files of a folder, described by their names; sorted by path. */
export async function findByName(root: string, options: FindOptions): Promise<{ entries: Entry[]; problems: Problem[] }> {
  const { files, problems } = await walk(root, options);
  const entries = files.map((file) => ({ file, facts: parseBreakhisName(posix.basename(file.path)), inspection: null }));
  return { entries, problems };
}

/** The files that a table names, described by it; sorted by path. */
export async function findByTable(
  root: string,
  csv: string,
  options: FindOptions,
): Promise<{ entries: Entry[]; problems: Problem[] }> {
  await checkFolder(root);
  const { images, problems } = await readImageTable(csv, root, options);
  const entries = images.map(({ path, label, magnification, patient, ...stats }) => ({
    file: { path, ...stampOf(stats) },
    facts: { label, subtype: '', magnification, slide: patient, case: patient },
    inspection: null,
  }));
  return {
    entries: entries.sort((a, b) => compareText(a.file.path, b.file.path)),
    problems: [...problems, ...findNameContradictions(images)],
  };
}

/** A patient that is written as BreakHis writes cases and slides: year, number, letters of a section. */
const CASE = /(?:^|[^\d])(\d{2})-(\d+)[A-Z]*$/i;

/**
 * "table-against-name" for rows that say of an image with a BreakHis name, whatever its extension, another class, magnification
 * or case than the name does.
 */
function findNameContradictions(images: readonly CsvImage[]): Problem[] {
  const named = images.flatMap((image) => {
    const name = parseBreakhisName(posix.basename(image.path).replace(/\.\w+$/, '.png'));
    return name ? [{ image, name }] : [];
  });
  const contradictions = named.flatMap(({ image, name }) => {
    const differences: string[] = [];
    if (image.label !== name.label) differences.push(`${image.label}, its name ${name.label}`);
    if (image.magnification !== name.magnification) differences.push(`${image.magnification}x, its name ${name.magnification}x`);
    const [, year, number] = CASE.exec(image.patient) ?? [];
    if (number && foldPatient(`${year}-${number}`) !== foldPatient(name.case))
      differences.push(`patient ${image.patient}, its name case ${name.case}`);
    if (differences.length === 0) return [];
    return [makeProblem('table-against-name', image.path, `the table says ${differences.join('; and ')}`)];
  });
  const patients = Map.groupBy(named, ({ name }) => name.case);
  const cases = Map.groupBy(named, ({ image }) => foldPatient(image.patient));
  const torn = [...patients].flatMap(([caseNumber, own]) => {
    const several = distinct(own.map(({ image }) => image.patient));
    if (several.length < 2) return [];
    const what = `images of case ${caseNumber}, by their names, stand under ${several.length} patients in the table: ${several.join(', ')}`;
    return [makeProblem('table-against-name', own[0].image.path, what, own.slice(1).map(({ image }) => image.path))]; // prettier-ignore
  });
  const mixed = [...cases.values()].flatMap((own) => {
    const several = [...new Set(own.map(({ name }) => name.case))];
    if (several.length < 2) return [];
    const what = `patient ${own[0].image.patient} of the table has images of ${several.length} cases by their names: ${several.slice(0, 5).join(', ')}`;
    return [makeProblem('table-against-name', own[0].image.path, what, own.slice(1).map(({ image }) => image.path))]; // prettier-ignore
  });
  return [...contradictions, ...torn, ...mixed];
}

/** Patients, each in its first spelling. */
function distinct(patients: readonly string[]): string[] {
  return [...new Map(patients.toReversed().map((p) => [foldPatient(p), p])).values()].sort(compareText);
}
