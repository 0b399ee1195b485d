import { join, resolve } from 'node:path';
import type { CallOutput } from '../../shared/contract/api.ts';
import { parseOrThrow } from '../../shared/contract/errors.ts';
import { type ReportSettings, reportSettingsSchema } from '../../shared/contract/report.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { folderNameOf } from '../../shared/domain/names.ts';
import { readJson, writeJson } from '../platform/atomic.ts';
import { locateData } from '../project/data-folders.ts';
import { requireOutsideData } from './outside-data.ts';
import type { Session } from './session.ts';

/** What was chosen of a study's report; the defaults where nothing was. @throws LabError "damaged-file" or "bad-input" that names the file */
export async function reportSettings(session: Session, study: StudyFile): Promise<ReportSettings> {
  const path = settingsFile(session, study);
  const kept = await readJson(path, 'settings of the report').catch((error: { code?: string }) => {
    if (error.code === 'not-found') return {};
    throw error;
  });
  return parseOrThrow(reportSettingsSchema, kept, `the settings of the report ${path}`);
}

export async function keepReportSettings(session: Session, study: StudyFile, settings: ReportSettings): Promise<void> {
  await writeJson(settingsFile(session, study), settings, session.project.check);
}

function settingsFile({ project: { paths } }: Session, study: StudyFile): string {
  return join(paths.reports, `${folderNameOf(study.name)}.json`);
}

export async function previewReport(session: Session, study: StudyFile, signal?: AbortSignal): Promise<string> {
  const settings = await reportSettings(session, study);
  return session.compute.call('trials.report', inputOf(session, study, settings), { signal });
}

/** The paragraph for a paper's methods, and what to cite. */
export async function reportWords(
  session: Session,
  study: StudyFile,
  signal?: AbortSignal,
): Promise<CallOutput<'reports.words'>> {
  return session.compute.call('trials.words', inputOf(session, study, await reportSettings(session, study)), { signal });
}

/**
 * Writes the report of a study into a folder (default: reports/report_<study>_<date> in the project).
 * @param settings by default those that were kept
 * @throws LabError "bad-input" before a trial has finished, "already-exists" when the folder holds something else
 */
export async function exportReport(
  session: Session,
  study: StudyFile,
  given?: string,
  settings?: ReportSettings,
): Promise<{ folder: string; files: string[] }> {
  if (given === undefined) session.project.check();
  const input = inputOf(session, study, settings ?? (await reportSettings(session, study)));
  const name = `report_${folderNameOf(study.name)}_${input.date.slice(0, 10)}`;
  const folder = resolve(given ?? join(session.project.paths.reports, name));
  await requireOutsideData(folder, await locateData(session.project.folder, study.plan.dataset.folder), 'report');
  return { folder, files: await session.compute.call('trials.export', { ...input, folder }) };
}

function inputOf({ project: { paths } }: Session, study: StudyFile, settings: ReportSettings) {
  return { runs: paths.runs, splits: paths.splits, looks: paths.looks, study, date: new Date().toISOString(), settings };
}
