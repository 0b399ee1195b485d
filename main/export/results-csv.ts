import { stringify } from 'csv-stringify/sync';
import type { ResultRow } from '../../shared/analysis/results-table.ts';

const COLUMNS: readonly (keyof ResultRow)[] = [
  'family',
  'variant',
  'params',
  'train_mag',
  'test_mag',
  'seed',
  'split_id',
  'trial',
  'metric',
  'level',
  'value',
  'n_images',
  'n_cases',
];

/** Full precision; an undefined value is an empty field. */
export function encodeResultRows(rows: readonly ResultRow[]): string {
  return stringify([...rows], { header: true, columns: [...COLUMNS] });
}
