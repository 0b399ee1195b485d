import { stringify } from 'csv-stringify/sync';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Split } from '../../shared/contract/dataset.ts';
import type { Epoch } from '../../shared/contract/trial.ts';
import { writeAtomically, writeJson } from '../platform/atomic.ts';
import { MARK_FILE, writeOwnFolder } from '../platform/own-folder.ts';
import { bibliography } from './citation.ts';
import { reportPage } from './page.ts';
import type { ReportData } from './report-data.ts';
import { encodeResultRows } from './results-csv.ts';

/** Files of a trial that go into the report. */
export interface TrialFiles {
  readonly id: string;
  readonly history: readonly Epoch[];
  /** absolute paths */
  readonly predictions: string;
  readonly config: string;
}

/**
 * Writes a report's folder, whole. An older report in the same place is replaced.
 * @returns the files, relative to the folder
 * @throws LabError "already-exists" where the folder holds anything but a report as Magnilab wrote it
 */
export async function writeReport(
  folder: string,
  data: ReportData,
  split: Split | null,
  trials: readonly TrialFiles[],
): Promise<string[]> {
  const files: string[] = [];
  await writeOwnFolder(folder, { magnilab: data.version, kind: 'report', study: data.study.name }, async (partial) => {
    const place = async (path: string) => {
      files.push(path);
      await mkdir(dirname(join(partial, path)), { recursive: true });
      return join(partial, path);
    };
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
  });
  return [...files, MARK_FILE];
}
