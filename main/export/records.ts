import type { ExportFormat } from './format.ts';

/** What the results can be checked and made again from: predictions, configurations, splits, plan, environments. */
export const records: ExportFormat = {
  id: 'records',
  async write({ data, splits, trials }, put) {
    for (const { id, predictions, config } of trials) {
      await put(`data/predictions/${id}.csv`, { from: predictions });
      await put(`runs/${id}/config.json`, { from: config });
    }
    const [only, ...others] = splits;
    if (only) await put('data/splits.json', json(others.length > 0 ? splits : only));
    await put('environment.json', json(data.environments));
    await put('plan.json', json(data.study.plan));
  },
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
