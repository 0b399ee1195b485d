import { stringify } from 'csv-stringify/sync';
import type { TableRow } from '../../shared/analysis/table.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { trainSetName } from '../../shared/domain/study/train-set.ts';
import type { ExportFormat } from './format.ts';

/** Columns of results_long.csv. */
const COLUMNS: Readonly<Record<string, (row: TableRow) => string | number | null>> = {
  family: (row) => findVariant(row.model)?.family ?? '',
  variant: (row) => row.model,
  params: (row) => findVariant(row.model)?.params ?? 0,
  train_set: (row) => trainSetName(row.trainSet),
  test_mag: (row) => row.view.magnification,
  view: (row) => row.view.scale,
  fold: (row) => row.fold,
  seed: (row) => row.seed,
  trial: (row) => row.trial,
  metric: (row) => row.metric,
  class: (row) => row.class,
  answer: (row) => row.answer,
  level: (row) => (row.level === 'case' ? 'patient' : row.level),
  value: (row) => row.value,
  ci_low: (row) => row.low,
  ci_high: (row) => row.high,
  n_images: (row) => row.images,
  n_cases: (row) => row.cases,
};

/** The table of the study and the trials' histories. Full precision; an undefined value is an empty field. */
export const csv: ExportFormat = {
  id: 'csv',
  async write({ data, trials }, put) {
    const rows = data.table.map((row) => Object.values(COLUMNS).map((of) => of(row)));
    await put('data/results_long.csv', stringify([Object.keys(COLUMNS), ...rows]));
    for (const { id, history } of trials) await put(`data/history/${id}.csv`, stringify([...history], { header: true }));
  },
};
