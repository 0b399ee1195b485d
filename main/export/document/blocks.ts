/** A report as data: sections of text, tables and figures, which every format draws in its own way and none computes. */
import { points } from '../../../shared/analysis/estimates.ts';
import type { Marks } from '../../../shared/figures/marks.ts';

export interface ReportDocument {
  readonly title: string;
  readonly authors: readonly string[];
  /** version, date, and that it is no device */
  readonly about: string;
  /** what a reader must know before any number */
  readonly notices: readonly Notice[];
  readonly sections: readonly Section[];
}

export interface Notice {
  readonly text: string;
  readonly items: readonly string[];
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text'; readonly text: string; readonly strong?: true }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'terms'; readonly terms: readonly Term[] }
  | { readonly kind: 'table'; readonly table: DocumentTable }
  | { readonly kind: 'figures'; readonly id: string; readonly figures: readonly Marks[] }
  | { readonly kind: 'counts'; readonly tables: readonly DocumentTable[] }
  | { readonly kind: 'pictures'; readonly rows: readonly PictureRow[] };

export interface Term {
  readonly term: string;
  readonly text: string;
}

/** Pictures beside each other, e.g. one case at four magnifications. */
export interface PictureRow {
  readonly title: string;
  readonly pictures: readonly DocumentPicture[];
}

export interface DocumentPicture {
  readonly jpeg: Buffer;
  readonly caption: string;
  readonly right: boolean;
}

export type ColumnKind = 'text' | 'count' | 'percent' | 'points' | 'number' | 'p';

export interface Column {
  readonly title: string;
  readonly kind: ColumnKind;
}

/** A table; where it has an id it is also written as a file of its own in every format of tables. */
export interface DocumentTable {
  readonly id: string | null;
  readonly caption: string;
  readonly columns: readonly Column[];
  /** the first cell of a row is its heading */
  readonly rows: readonly (readonly Cell[])[];
  /** leave it out of the page, which has the same numbers in a figure */
  readonly onlyAsFile?: true;
}

/** A number with what belongs to it. */
export interface Measured {
  readonly value: number | null;
  /** standard deviation over seeds */
  readonly sd?: number | null;
  /** ends of its 95 % interval */
  readonly low?: number | null;
  readonly high?: number | null;
  /** where it was measured, if that is part of the answer */
  readonly where?: string | null;
  /** tested at the magnification of training: bold */
  readonly same?: boolean;
  /** the best of those that it is compared with: underlined */
  readonly best?: boolean;
}

export type Cell = string | number | null | Measured;

export function isMeasured(cell: Cell): cell is Measured {
  return typeof cell === 'object' && cell !== null;
}

/** "81.2", "81.2 ± 1.3", "45.6 (37.0 to 53.7)": as people read it. */
export function cellText(cell: Cell, kind: ColumnKind): string {
  if (!isMeasured(cell)) return valueText(cell, kind);
  const { value, sd, low, high, where } = cell;
  const spread = sd == null ? '' : ` \u00b1 ${valueText(sd, kind)}`;
  const range = low == null || high == null ? '' : ` (${valueText(low, kind)} to ${valueText(high, kind)})`;
  return `${valueText(value, kind)}${spread}${range}${where ? ` (${where})` : ''}`;
}

function valueText(value: string | number | null, kind: ColumnKind): string {
  if (value === null) return '\u2013';
  if (typeof value === 'string') return value;
  switch (kind) {
    case 'percent':
    case 'points':
      return points(value);
    case 'number':
      return value.toFixed(3);
    case 'p':
      return value.toPrecision(3);
    default:
      return String(value);
  }
}

/** By what a table is sorted: the number itself, not as it is printed. */
export function sortValue(cell: Cell): string | number | null {
  return isMeasured(cell) ? cell.value : cell;
}

export const column = (title: string, kind: ColumnKind = 'text'): Column => ({ title, kind });
/** With the ends of its interval. */
export const ranged = ({ value, low, high }: Measured): Measured => ({ value, low, high });
export const text = (value: string): Block => ({ kind: 'text', text: value });
export const heading = (value: string): Block => ({ kind: 'heading', text: value });
export const tableBlock = (table: DocumentTable): Block => ({ kind: 'table', table });
