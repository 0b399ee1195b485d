import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { csvText, defused } from './csv-text.ts';
import type { ExportFormat } from './format.ts';
import { comparisonsCsv, resultsCases, resultsLong } from './long-csv.ts';

/**
 * What the results can be checked and made again from: the long table, predictions, histories, configurations, splits, plan,
 * environments.
 */
export const data: ExportFormat = {
  id: 'data',
  async write({ data: { table, inference, study, environments }, splits, trials }, put) {
    await put('data/results_long.csv', resultsLong(table));
    await put('data/results_cases.csv', resultsCases(inference, study.classes));
    await put('data/comparisons.csv', comparisonsCsv(inference));
    for (const { id, history, predictions, config } of trials) {
      await put(`data/predictions/${id}.csv`, (await harmless(predictions)) ?? { from: predictions });
      if (history.length > 0) await put(`data/history/${id}.csv`, historyCsv(history));
      await put(`runs/${id}/config.json`, { from: config });
    }
    const [only, ...others] = splits;
    if (only) await put('data/splits.json', json(others.length > 0 ? splits : only));
    await put('environment.json', json(environments));
    await put('plan.json', json(study.plan));
  },
};

/** Predictions whose names a spreadsheet would compute, with those made harmless; null where there are none. */
async function harmless(path: string): Promise<string | null> {
  const rows = parse(await readFile(path, 'utf8')) as string[][];
  return rows.some((row) => row.some((cell) => defused(cell) !== cell)) ? csvText(rows) : null;
}

function historyCsv(history: readonly object[]): string {
  const names = [...new Set(history.flatMap((row) => Object.keys(row)))];
  const value = (of: unknown) => (typeof of === 'boolean' ? Number(of) : ((of ?? null) as string | number | null));
  return csvText([names, ...history.map((row) => names.map((name) => value((row as Record<string, unknown>)[name])))]);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
