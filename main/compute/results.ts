import { join } from 'node:path';
import type { ParsedInput } from '../../shared/contract/api.ts';
import { type ErrorEnvelope, LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { CellImage } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { Prediction } from '../../shared/contract/trial.ts';
import { type Cell, cellsOf } from '../../shared/analysis/cells.ts';
import { marginOf, predictedClass } from '../../shared/analysis/scored.ts';
import { armOf } from '../../shared/domain/study/arm.ts';
import { viewName } from '../../shared/domain/study/view.ts';
import { readTrialConfig, trialFiles } from '../project/trial-folder.ts';
import { readVerifiedPredictions } from '../project/verify-trial.ts';
import { Known, stampOf } from './known.ts';

/** The trials of a study, and the project's folder of runs. */
export interface StudyInput {
  readonly runs: string;
  readonly study: StudyFile;
}

/**
 * The results of a study's finished trials, in the order of its plan; always computed from predictions.csv. A trial whose files
 * do not match gives none: its summary says why.
 */
export async function studyCells({ runs, study }: StudyInput): Promise<Cell[]> {
  const cells = await Promise.all(study.trials.map((trial) => trialCells(join(runs, trial.id), trial, study).catch(() => null)));
  return cells.flatMap((own) => own ?? []);
}

/** Computed once while the files stay as they are: holding them to their hashes and configuration takes its time. */
const results = new Known<Promise<Cell[] | null>>(2000);
/** Whole predictions are large: those of the trial that is looked at, and a few more. */
const predictions = new Known<Promise<Prediction[] | null>>(8);

/** A trial as its study lists it. */
type Listed = StudyFile['trials'][number];
type Classes = Pick<StudyFile, 'classes' | 'positive'>;

/** @returns null while the trial is not finished @throws LabError "damaged-file" that names the file and what is wrong */
async function trialCells(folder: string, trial: Listed, { classes, positive }: Classes): Promise<Cell[] | null> {
  const from = await stampOfResults(folder);
  const cells = results.get(folder, from, async () => {
    const rows = await readPredictions(folder, from);
    return rows && cellsOf({ trial: trial.id, ...armOf(trial) }, rows, classes, positive);
  });
  cells.catch(() => {}); // reported where it is awaited
  return cells;
}

function readPredictions(folder: string, from: string): Promise<Prediction[] | null> {
  const rows = predictions.get(folder, from, () => readVerifiedPredictions(folder));
  rows.catch(() => {});
  return rows;
}

function stampOfResults(folder: string): Promise<string> {
  const { config, state, predictions } = trialFiles(folder);
  return stampOf(config, state, predictions);
}

/** Why a finished trial has no results; null when it has, or is not finished. */
export async function resultsFault(folder: string, trial: Listed, classes: Classes): Promise<ErrorEnvelope | null> {
  return trialCells(folder, trial, classes).then(
    () => null,
    (error: unknown) => toEnvelope(error),
  );
}

export interface CellImagesInput extends ParsedInput<'results.images'> {
  readonly runs: string;
}

/** An image behind a square, by its pixels: what name a page is given of its picture, the lab knows. */
export type TestedCellImage = Omit<CellImage, 'picture'> & { readonly pixelSha256: string };

/** The images behind one square of a confusion matrix, the most confident first. */
export async function cellImages(input: CellImagesInput): Promise<TestedCellImage[]> {
  const { trial, view, truth, predicted } = input;
  const folder = join(input.runs, trial);
  const rows = await readPredictions(folder, await stampOfResults(folder));
  if (!rows) throw new LabError('not-found', `The trial ${trial} has no predictions yet.`, { field: 'trial' });
  const own = rows.filter((p) => viewName(p.view) === viewName(view) && p.truth === truth && p.predicted === predicted);
  const { config } = await readTrialConfig(folder);
  const tested = new Map(config.test.map(({ path, pixelSha256 }) => [path, pixelSha256]));
  return own
    .sort((a, b) => confidence(b) - confidence(a))
    .map((p) => ({
      pixelSha256: tested.get(p.image)!, // predictions are held to the configuration before they are read
      path: p.image,
      case: p.case,
      slide: p.slide,
      view: p.view,
      truth: p.truth,
      predicted: p.predicted,
      probability: Math.max(...p.probabilities),
    }));
}

/** By margin: the probabilities of sure answers are all 1. */
function confidence({ logits }: Prediction): number {
  return marginOf(logits, predictedClass(logits));
}
