import { stringify } from 'csv-stringify/sync';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Split } from '../../shared/contract/dataset.ts';
import type { Epoch } from '../../shared/contract/trial.ts';
import { writeAtomically, writeJson } from '../store/atomic.ts';
import { bibliography } from './citation.ts';
import { reportPage } from './page.ts';
import type { ReportData } from './report-data.ts';
import { encodeResultRows } from './results-table.ts';

/** What stands at the top of a report's folder; a folder that holds anything else is not replaced. */
export const REPORT_FILES: readonly string[] = ['report.html', 'data', 'runs', 'environment.json', 'plan.json', 'citation.bib'];

/** Files of a trial that go into the report. */
export interface TrialFiles {
  readonly id: string;
  readonly history: readonly Epoch[];
  /** absolute paths */
  readonly predictions: string;
  readonly config: string;
}

/**
 * Writes a report's folder: made beside its place and moved there whole. An older report in the same place is replaced.
 * @returns the files, relative to the folder
 */
export async function writeReport(
  folder: string,
  data: ReportData,
  split: Split | null,
  trials: readonly TrialFiles[],
): Promise<string[]> {
  const files: string[] = [];
  const partial = join(dirname(folder), `.${basename(folder)}.partial-${process.pid}`);
  const place = async (path: string) => {
    files.push(path);
    await mkdir(dirname(join(partial, path)), { recursive: true });
    return join(partial, path);
  };
  await rm(partial, { recursive: true, force: true });
  try {
    await writeAtomically(await place('report.html'), reportPage(data));
    await writeAtomically(await place('data/results_long.csv'), encodeResultRows(data.rows));
    for (const { id, history, predictions, config } of trials) {
      await cp(predictions, await place(`data/predictions/${id}.csv`));
      await writeAtomically(await place(`data/history/${id}.csv`), stringify([...history], { header: true }));
      await cp(config, await place(`runs/${id}/config.json`));
    }
    if (split) await writeJson(await place('data/splits.json'), split);
    await writeJson(await place('environment.json'), data.environments);
    await writeJson(await place('plan.json'), data.study.plan);
    const { plan } = data.study;
    await writeAtomically(await place('citation.bib'), bibliography(data.version, plan.models, data.synthetic));
    await replaceFolder(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return files;
}

/** Moves the new folder to its place; the old one is removed last, and comes back when that fails. */
async function replaceFolder(made: string, place: string): Promise<void> {
  const old = `${made}.old`;
  await rm(old, { recursive: true, force: true });
  const existed = await rename(place, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(made, place);
  } catch (error) {
    if (existed) await rename(old, place);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
