import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Split, parts, splitSchema } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { type TrialEnvironment, trialEnvironmentSchema } from '../../shared/contract/trial.ts';
import { reportPage } from '../report/page.ts';
import type { ReportData } from '../report/report-data.ts';
import { resultRows } from '../report/results-table.ts';
import { type TrialFiles, writeReport } from '../report/write-report.ts';
import { readJson } from '../store/atomic.ts';
import { version } from '../store/version.ts';
import { readHistory, trialFiles } from '../training/trial-folder.ts';
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
  const name = `report_${study.name.replaceAll(' ', '-')}_${data.date.slice(0, 10)}`;
  const folder = resolve(given ?? join(session.project.paths.reports, name));
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0 && !existsSync(join(folder, 'report.html')))
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
    dataset: datasetSummary(session),
    parts: partCounts(session, split),
    leaks: split?.leaks.length ?? 0,
    dropped: split?.dropped.length ?? 0,
    environments,
    version,
    date: new Date().toISOString(),
  };
  return { data, split, trials };
}

function partCounts(session: Session, split: Split | null): ReportData['parts'] {
  const images = session.index?.result.images ?? [];
  return parts.map((part) => {
    const own = images.filter((image) => split?.parts[image.path] === part);
    return { part, images: own.length, cases: new Set(own.map((image) => image.case)).size };
  });
}
