import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Split, parts, splitSchema } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { type TrialEnvironment, trialEnvironmentSchema } from '../../shared/contract/trial.ts';
import { isDemoCase } from '../../shared/domain/breakhis.ts';
import { folderNameOf } from '../../shared/domain/names.ts';
import { reportPage } from '../report/page.ts';
import type { ReportData } from '../report/report-data.ts';
import { resultRows } from '../report/results-table.ts';
import { REPORT_FILES, type TrialFiles, writeReport } from '../report/write-report.ts';
import { readJson } from '../store/atomic.ts';
import { version } from '../store/version.ts';
import { readHistory, readTrialConfig, trialFiles } from '../training/trial-folder.ts';
import { datasetSummary } from './datasets.ts';
import { studyCells } from './results.ts';
import type { Session } from './session.ts';
import { readTrial } from './studies.ts';

export async function previewReport(session: Session, study: StudyFile): Promise<string> {
  return reportPage((await collect(session, study)).data);
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
  const { data, split, trials } = await collect(session, study);
  if (trials.length === 0)
    throw new LabError('bad-input', `No trial of "${study.name}" has finished yet; there is nothing to report.`, {
      field: 'study',
    });
  const name = `report_${folderNameOf(study.name)}_${data.date.slice(0, 10)}`;
  const folder = resolve(given ?? join(session.project.paths.reports, name));
  const there = await readdir(folder).catch((): string[] => []);
  const foreign = there.length > 0 && (!there.includes('report.html') || there.some((file) => !REPORT_FILES.includes(file)));
  if (foreign)
    throw new LabError('already-exists', `${folder} holds other files; choose an empty or a new folder for the report.`, {
      field: 'folder',
    });
  await mkdir(dirname(folder), { recursive: true });
  return { folder, files: await writeReport(folder, data, split, trials) };
}

async function collect(
  session: Session,
  study: StudyFile,
): Promise<{ data: ReportData; split: Split | null; trials: TrialFiles[] }> {
  const { runs, splits } = session.project.paths;
  const split =
    splitSchema.safeParse(await readJson(join(splits, `${study.splitSha256}.json`), 'split').catch(() => null)).data ?? null;
  const cells = await studyCells(session, study);
  const finished = study.trials.filter(({ id }) => cells.some((cell) => cell.trial === id));
  const trials = await Promise.all(
    finished.map(async ({ id }) => {
      const { history, predictions, config } = trialFiles(join(runs, id));
      return { id, history: await readHistory(history), predictions, config };
    }),
  );
  const environments: TrialEnvironment[] = [];
  for (const { id } of finished) {
    const parsed = trialEnvironmentSchema.safeParse(
      await readJson(trialFiles(join(runs, id)).environment, 'environment').catch(() => null),
    );
    if (parsed.success) environments.push(parsed.data);
  }
  const data: ReportData = {
    study,
    trials: await Promise.all(study.trials.map(({ id }) => readTrial(session, study, id, false))),
    rows: resultRows(cells, study.splitSha256),
    dataset: session.index?.folder === resolve(study.plan.dataset.folder) ? datasetSummary(session) : null,
    synthetic: await isSynthetic(session, finished),
    parts: partCounts(split),
    leaks: split?.leaks.length ?? 0,
    dropped: split?.dropped.length ?? 0,
    environments,
    version,
    date: new Date().toISOString(),
  };
  return { data, split, trials };
}

/** Demo tissue has the year 99; the trials' own configurations say what they were trained on. */
async function isSynthetic(session: Session, trials: StudyFile['trials']): Promise<boolean> {
  for (const { id } of trials) {
    const { config } = await readTrialConfig(join(session.project.paths.runs, id));
    if (![...config.train, ...config.test].every((image) => isDemoCase(image.case))) return false;
  }
  return trials.length > 0;
}

/** Images of each part, from the stored split: whatever the project has indexed since. */
function partCounts(split: Split | null): ReportData['parts'] {
  const placed = Object.values(split?.parts ?? {});
  return parts.map((part) => ({ part, images: placed.filter((p) => p === part).length }));
}
