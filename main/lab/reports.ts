import { join, resolve } from 'node:path';
import type { StudyFile } from '../../shared/contract/study.ts';
import { folderNameOf } from '../../shared/domain/names.ts';
import { locateData } from '../project/data-folders.ts';
import { requireOutsideData } from './outside-data.ts';
import type { Session } from './session.ts';

export async function previewReport(session: Session, study: StudyFile, signal?: AbortSignal): Promise<string> {
  return session.compute.call('trials.report', inputOf(session, study), { signal });
}

/**
 * Writes the report of a study into a folder (default: reports/report_<study>_<date> in the project).
 * @throws LabError "bad-input" before a trial has finished, "already-exists" when the folder holds something else
 */
export async function exportReport(
  session: Session,
  study: StudyFile,
  given?: string,
): Promise<{ folder: string; files: string[] }> {
  if (given === undefined) session.project.check();
  const input = inputOf(session, study);
  const name = `report_${folderNameOf(study.name)}_${input.date.slice(0, 10)}`;
  const folder = resolve(given ?? join(session.project.paths.reports, name));
  await requireOutsideData(folder, await locateData(session.project.folder, study.plan.dataset.folder), 'report');
  return { folder, files: await session.compute.call('trials.export', { ...input, folder }) };
}

function inputOf({ project: { paths } }: Session, study: StudyFile) {
  return { runs: paths.runs, splits: paths.splits, looks: paths.looks, study, date: new Date().toISOString() };
}
