import { join } from 'node:path';
import { type Split, parts } from '../../shared/contract/dataset.ts';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { ReportSettings } from '../../shared/contract/report.ts';
import type { TrialSummary } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { type TrialConfig, type TrialEnvironment, trialEnvironmentSchema, type TrialImage } from '../../shared/contract/trial.ts';
import { isDemoTissue } from '../dataset/tissue/record.ts';
import { documentOf } from '../export/document/document.ts';
import { methodsText } from '../export/document/methods.ts';
import { reportPage } from '../export/html.ts';
import { bibliography } from '../export/texts.ts';
import type { ReportData } from '../export/report-data.ts';
import { sum } from '../../shared/analysis/statistics/sum.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { contenderOf } from '../../shared/domain/study/arm.ts';
import type { ContenderCost } from '../../shared/figures/marks.ts';
import { studyTable } from '../../shared/analysis/table.ts';
import type { ReportContent, TrialFiles } from '../export/format.ts';
import { writeReport } from '../export/write-report.ts';
import { trainSetId } from '../../shared/domain/study/train-set.ts';
import { readSealed } from '../platform/atomic.ts';
import { version } from '../platform/version.ts';
import { placeConfig, readHistory, readTrialConfig, trialFiles } from '../project/trial-folder.ts';
import { testLooksOf } from '../project/test-looks.ts';
import { countImages } from '../dataset/image-counts.ts';
import { reportPictures } from './report-pictures.ts';
import { type StudyInput, studyResults } from './results.ts';
import { readStudySplit } from './study-split.ts';
import { readTrials } from './trials.ts';

export interface ReportInput extends StudyInput {
  /** the project's folder of splits */
  readonly splits: string;
  /** the project's record of looks at test sets */
  readonly looks: string;
  /** when the report is made, ISO 8601 */
  readonly date: string;
  readonly settings: ReportSettings;
}

type FileProblem = ReportData['unread'][number];

export async function previewReport(input: ReportInput): Promise<string> {
  return reportPage(documentOf(await collect(input)));
}

/** What of a report one pastes into a paper. */
export async function reportWords(input: ReportInput): Promise<{ methods: string; citations: string }> {
  const { data } = await collect({ ...input, settings: { ...input.settings, sections: [] } });
  return { methods: methodsText(data), citations: bibliography(data) };
}

/**
 * Writes the report of a study into a folder.
 * @returns its files
 * @throws LabError "bad-input" before a trial has finished, "already-exists" when the folder holds something else
 */
export async function exportReport({ folder, ...input }: ReportInput & { folder: string }): Promise<string[]> {
  const content = await collect(input);
  const { data, trials } = content;
  if (trials.length === 0) {
    const why = data.unread.map(({ message }) => ` ${message}`).join('');
    throw new LabError('bad-input', `No trial of "${input.study.name}" has results; there is nothing to report.${why}`, {
      field: 'study',
    });
  }
  return writeReport(folder, content);
}

async function collect({ runs, splits: folder, looks, study, date, settings }: ReportInput): Promise<ReportContent> {
  const unread: FileProblem[] = [];
  /** What cannot be read is told, and nothing is claimed in its place. */
  const orTold = async <T>(path: string, work: () => Promise<T>): Promise<T | null> =>
    work().catch((error: unknown) => {
      unread.push({ path, message: toEnvelope(error).message });
      return null;
    });

  const read = await Promise.all(study.splits.map((one) => orTold(folder, () => readStudySplit(folder, one))));
  const splits = read.filter((split) => split !== null);
  const known = splits.length === read.length;
  const results = await studyResults({ runs, study });
  const { cells, inference } = results;
  const finished = study.trials.filter(({ id }) => cells.some((cell) => cell.trial === id));
  const summaries = await readTrials({ runs, study, running: [] });
  for (const { id, state, error } of summaries)
    if (error && state !== 'finished') unread.push({ path: join(runs, id), message: `Trial ${id}: ${error.message}` });
  const trials: TrialFiles[] = [];
  const environments: TrialEnvironment[] = [];
  for (const { id } of finished) {
    const folder = join(runs, id);
    const { predictions, config, environment, history } = trialFiles(folder);
    const { epoch } = summaries.find((summary) => summary.id === id)!;
    const rows = await orTold(history, () => readHistory(folder, epoch));
    trials.push({ id, history: rows ?? [], predictions, config });
    const found = await orTold(environment, () => readSealed(trialEnvironmentSchema, environment, 'environment'));
    if (found) environments.push(found.value);
  }
  const { images, synthetic } = await imagesOf(runs, finished);
  const data: ReportData = {
    study,
    trials: summaries,
    table: studyTable(results),
    inference,
    costs: costsOf(summaries),
    dataset: study.dataset ?? (images.length > 0 ? countImages(images, study.classes) : null), // the study's own, whatever was indexed since
    synthetic,
    parts: known ? partCounts(splits) : null,
    leaks: known ? new Set(splits.flatMap(({ leaks }) => leaks.map((leak) => leak.case))).size : null,
    dropped: known ? Math.max(...splits.map(({ dropped }) => dropped.length)) : null,
    environments,
    testLooks: await orTold(looks, () => testLooksOf(looks, study)),
    unread,
    version,
    date,
  };
  const wanted = (['errors', 'cases'] as const).some((section) => settings.sections.includes(section));
  const pictures = wanted ? await reportPictures(runs, finished, data.table) : null;
  return { data, splits, trials, settings, pictures };
}

/** Of every contender, in their order of appearance. */
function costsOf(trials: readonly TrialSummary[]): ContenderCost[] {
  return [...Map.groupBy(trials, contenderOf)].map(([contender, own]) => {
    const [seconds, epochs] = [sum(own.map((trial) => trial.trainingSeconds)), sum(own.map((trial) => trial.epoch))];
    const params = findVariant(own[0].model)?.params ?? 0;
    return { contender, params, secondsPerEpoch: epochs === 0 ? null : seconds / epochs, hours: seconds / 3600 };
  });
}

/** The images that the study's own configurations name: whatever the project has indexed since. */
async function imagesOf(runs: string, trials: StudyFile['trials']): Promise<{ images: TrialImage[]; synthetic: boolean }> {
  const images = new Map<string, TrialImage>();
  let synthetic = trials.length > 0;
  const one = new Map(trials.map((trial) => [`${trainSetId(trial.trainSet)} ${trial.fold} ${trial.imageLevel}`, trial])); // others have the same images
  for (const { id } of one.values()) {
    const folder = join(runs, id);
    const config = await placeConfig(folder, (await readTrialConfig(folder)).config);
    for (const part of ['train', 'validation', 'test'] as const satisfies (keyof TrialConfig)[])
      for (const image of config[part]) images.set(image.path, image);
    // configurations of older versions leave it to the record beside the images
    const { dataset } = config;
    synthetic &&= dataset.synthetic ?? isDemoTissue(dataset.folder, [...config.train, ...config.test]);
  }
  return { images: [...images.values()], synthetic };
}

/** Over all folds: each has its own parts. */
function partCounts(splits: readonly Split[]): NonNullable<ReportData['parts']> {
  const placed = splits.flatMap((split) => Object.values(split.parts));
  return parts.map((part) => ({ part, images: placed.filter((p) => p === part).length }));
}
