import { LabError } from '../../shared/contract/errors.ts';
import { MALIGNANCY, malignancyOf } from '../../shared/domain/breakhis.ts';
import { FEWEST_CLASSES, MOST_CLASSES } from '../../shared/domain/tasks.ts';
import { standsForNothing } from './table.ts';

/** What a table's column of classes means. */
export interface ClassColumn {
  /** @returns null for a cell that names no class */
  classOf(cell: string): string | null;
  /** what is wrong with such a cell, to go after it */
  readonly otherwise: string;
}

/** A word that stands in fewer rows than this, or in a smaller share of them, beside benign and malignant is a slip of the pen. */
const FEWEST_ROWS = 3;
const SMALLEST_SHARE = 0.05;

/**
 * Finds out which classes a column tells apart: benign and malignant where all but a few slips say so in one of their ways, else the
 * column's own words, without regard to case, each as it was written first.
 * @param cells of all rows
 * @throws LabError "bad-input" with one class, or with more than 50: such a column holds something else
 */
export function readClassColumn(cells: readonly string[]): ClassColumn {
  const said = cells.filter((cell) => cell !== '' && !standsForNothing(cell));
  const others = said.filter((cell) => malignancyOf(cell) === null);
  const isSlip = (rows: number) => rows < FEWEST_ROWS || rows < SMALLEST_SHARE * said.length;
  const slips = [...Map.groupBy(others, fold).values()].every((own) => isSlip(own.length));
  if (slips && 2 * others.length <= said.length) return { classOf: malignancyOf, otherwise: NEITHER };
  const classes = new Map<string, string>();
  for (const cell of said) if (!classes.has(fold(cell))) classes.set(fold(cell), cell);
  if (classes.size < FEWEST_CLASSES || classes.size > MOST_CLASSES) throw notClasses([...classes.values()]);
  return {
    classOf: (cell) => (standsForNothing(cell) ? null : (classes.get(fold(cell)) ?? null)),
    otherwise: 'names no class',
  };
}

const [BENIGN, MALIGNANT] = MALIGNANCY.classes;
const NEITHER = `is neither ${BENIGN} (0) nor ${MALIGNANT} (1)`;

function fold(cell: string): string {
  return cell.normalize('NFC').trim().toLowerCase();
}

function notClasses(names: readonly string[]): LabError {
  const examples = names.slice(0, 3).map((name) => `"${name}"`);
  const message = `The column of labels has ${names.length} different ${names.length === 1 ? 'class' : 'classes'} (${examples.join(', ')}${names.length > 3 ? ', ...' : ''}); it takes ${FEWEST_CLASSES} to ${MOST_CLASSES}.`;
  return new LabError('bad-input', message, { field: 'csv' });
}
