import { stringify } from 'csv-stringify/sync';

/** What spreadsheets take for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/;

/**
 * CSV (RFC 4180) that R, pandas and spreadsheets read alike: numbers at full precision with a point, what is not defined as an empty
 * field, and text that a spreadsheet would compute with an apostrophe before it.
 */
export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify(rows.map((row) => row.map((cell) => (typeof cell === 'string' ? defused(cell) : cell))));
}

/** Text that is a number stays one: "-1.5" is no formula. */
export function defused(text: string): string {
  return FORMULA.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
}
