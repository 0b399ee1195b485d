import { join } from 'node:path';
import type { ParsedInput } from '../../shared/contract/api.ts';
import { type ErrorEnvelope, LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { CellImage, StudyResults, TestedCase } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { Prediction, TrialConfig } from '../../shared/contract/trial.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { type Cell, cellsOf } from '../../shared/analysis/cells.ts';
import { marginOf, predictedClass } from '../../shared/analysis/scored.ts';
import { inferenceOf } from '../../shared/analysis/inference.ts';
import { sideBySide } from '../../shared/analysis/side-by-side.ts';
import type { Pair } from '../../shared/analysis/findings.ts';
import { cellBounds } from '../../shared/analysis/square-estimates.ts';
import { type Tally, talliesOf } from '../../shared/analysis/tallies.ts';
import { armOf, trialName } from '../../shared/domain/study/arm.ts';
import { isNative, viewName } from '../../shared/domain/study/view.ts';
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
export async function studyResults({ runs, study }: StudyInput): Promise<StudyResults> {
  const folders = study.trials.map(({ id }) => join(runs, id));
  const from = (await Promise.all(folders.map(stampOfResults))).join('|');
  const found = inferences.get(join(runs, study.name), `${study.createdAt} ${from}`, () => resultsAnew({ runs, study }));
  found.catch(() => {}); // reported where it is awaited
  return found;
}

/** The cells alone, which are known as soon as a trial has finished: no interval of the study is computed for them. */
export async function studyCells(input: StudyInput): Promise<Cell[]> {
  return (await finishedTrials(input)).flatMap(({ cells }) => cells);
}

async function resultsAnew({ runs, study }: StudyInput): Promise<StudyResults> {
  const { classes, positive, plan } = study;
  const finished = await finishedTrials({ runs, study });
  const tallies = finished.flatMap((own) => own.tallies);
  const inference = inferenceOf(tallies, { classes, positive, band: plan.equivalenceBand });
  return { cells: finished.flatMap(({ cells }) => cells), pooled: await pooledCells({ runs, study }), inference };
}

/** In the order of the plan; without those whose files do not match. */
async function finishedTrials({ runs, study }: StudyInput): Promise<TrialResults[]> {
  const results = await Promise.all(
    study.trials.map((trial) => trialResults(join(runs, trial.id), trial, study).catch(() => null)),
  );
  return results.filter((own) => own !== null);
}

/** Two studies of a project side by side; which contender of the second stands beside which of the first. */
export async function compareStudies(input: {
  readonly runs: string;
  readonly first: StudyFile;
  readonly second: StudyFile;
  readonly pair?: readonly [string, string];
}): Promise<Pair[]> {
  const { runs, first, second, pair } = input;
  const [ours, theirs] = await Promise.all([first, second].map((study) => finishedTrials({ runs, study })));
  const tallies = [ours, theirs].map((trials) => trials.flatMap((own) => own.tallies));
  return sideBySide(tallies[0], tallies[1], pair && [pair]);
}

/** All folds of a network and seed together, where each case is tested in one of them and all have finished. */
async function pooledCells({ runs, study }: StudyInput): Promise<Cell[]> {
  if (study.plan.split.caseFolds === undefined) return [];
  const folded = study.trials.filter(({ fold }) => fold !== null);
  const groups = Map.groupBy(folded, (trial) => trialName(study.name, { ...trial, fold: null }));
  const pooled = [...groups].map(async ([id, trials]) => {
    const parts = await Promise.all(
      trials.map(async (trial) => {
        return predictionsIn(join(runs, trial.id)).catch(() => null);
      }),
    );
    const rows = parts.filter((part) => part !== null);
    if (rows.length < parts.length) return [];
    const { classes, positive } = study;
    const cells = cellsOf({ ...armOf(trials[0]), fold: null, trial: id }, rows.flat(), classes, positive);
    const tallies = trials.flatMap((trial, i) => talliesOf(trial, rows[i], classes, positive));
    return withBounds(cells, tallies, study);
  });
  return (await Promise.all(pooled)).flat();
}

/** Computed once while the files stay as they are: holding them to their hashes and configuration takes its time. */
const results = new Known<Promise<TrialResults | null>>(2000);
/** The bootstraps of a few studies. */
const inferences = new Known<Promise<StudyResults>>(8);

interface TrialResults {
  readonly cells: Cell[];
  readonly tallies: Tally[];
}
/** Whole predictions are large: those of the trial that is looked at, and a few more. */
const predictions = new Known<Promise<Prediction[] | null>>(8);

/** A trial as its study lists it. */
type Listed = StudyFile['trials'][number];
type Classes = Pick<StudyFile, 'classes' | 'positive'>;

/** @returns null while the trial is not finished @throws LabError "damaged-file" that names the file and what is wrong */
async function trialResults(folder: string, trial: Listed, { classes, positive }: Classes): Promise<TrialResults | null> {
  const from = await stampOfResults(folder);
  const found = results.get(folder, from, async () => {
    const rows = await readPredictions(folder, from);
    if (!rows) return null;
    const tallies = talliesOf(trial, rows, classes, positive);
    const cells = cellsOf({ trial: trial.id, ...armOf(trial) }, rows, classes, positive);
    return { cells: withBounds(cells, tallies, { classes, positive }), tallies };
  });
  found.catch(() => {}); // reported where it is awaited
  return found;
}

function withBounds(cells: readonly Cell[], tallies: readonly Tally[], task: Classes): Cell[] {
  const byView = Map.groupBy(tallies, ({ view }) => viewName(view));
  return cells.map((cell) => ({ ...cell, bounds: cellBounds(byView.get(viewName(cell.view))!, task) }));
}

function readPredictions(folder: string, from: string): Promise<Prediction[] | null> {
  const rows = predictions.get(folder, from, () => readVerifiedPredictions(folder));
  rows.catch(() => {});
  return rows;
}

/** Predictions of a finished trial, held to its hashes; null before it has finished. */
export async function predictionsIn(folder: string): Promise<Prediction[] | null> {
  return readPredictions(folder, await stampOfResults(folder));
}

function stampOfResults(folder: string): Promise<string> {
  const { config, state, predictions } = trialFiles(folder);
  return stampOf(config, state, predictions);
}

/** Why a finished trial has no results; null when it has, or is not finished. */
export async function resultsFault(folder: string, trial: Listed, classes: Classes): Promise<ErrorEnvelope | null> {
  return trialResults(folder, trial, classes).then(
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
export async function cellImages({ runs, trial, ...square }: CellImagesInput): Promise<TestedCellImage[]> {
  const { view, truth, predicted } = square;
  const { rows, shown } = await testedImages(runs, trial);
  return rows
    .filter((p) => viewName(p.view) === viewName(view) && p.truth === truth && p.predicted === predicted)
    .sort((a, b) => confidence(b) - confidence(a))
    .map(shown);
}

export interface CaseInput extends ParsedInput<'results.case'> {
  readonly runs: string;
}

/** One case as it was tested, at every magnification. @throws LabError "not-found" where the trial has no such case */
export async function caseImages({
  runs,
  trial,
  case: name,
}: CaseInput): Promise<Omit<TestedCase, 'images'> & { images: TestedCellImage[] }> {
  const { rows, shown, framing } = await testedImages(runs, trial);
  const native = rows.filter(({ view }) => isNative(view));
  const images = native.filter((p) => p.case === name);
  if (images.length === 0)
    throw new LabError('not-found', `The trial ${trial} has not tested the case ${name}.`, { field: 'case' });
  const inOrder = (a: Prediction, b: Prediction) => a.view.magnification - b.view.magnification || (a.image < b.image ? -1 : 1);
  return { cases: [...new Set(native.map((p) => p.case))].sort(), images: images.sort(inOrder).map(shown), framing };
}

/** The predictions of a finished trial, and how one is shown. */
async function testedImages(runs: string, trial: string) {
  const folder = join(runs, trial);
  const rows = await predictionsIn(folder);
  if (!rows) throw new LabError('not-found', `The trial ${trial} has no predictions yet.`, { field: 'trial' });
  const { config } = await readTrialConfig(folder);
  const tested = new Map(config.test.map(({ path, pixelSha256 }) => [path, pixelSha256]));
  const shown = (p: Prediction): TestedCellImage => ({
    pixelSha256: tested.get(p.image)!, // predictions are held to the configuration before they are read
    path: p.image,
    case: p.case,
    slide: p.slide,
    view: p.view,
    truth: p.truth,
    predicted: p.predicted,
    probability: Math.max(...p.probabilities),
  });
  return { rows, shown, framing: framingOf(config) };
}

/** A baseline is shown all of an image. */
function framingOf({ model, inputSize, evaluation }: TrialConfig): TestedCase['framing'] {
  const variant = findVariant(model);
  return { inputSize, mode: variant ? evaluation : 'full frame', cropPct: variant?.cropPct ?? 1 };
}

/** By margin: the probabilities of sure answers are all 1. */
export function confidence({ logits }: Prediction): number {
  return marginOf(logits, predictedClass(logits));
}
