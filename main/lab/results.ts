import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParsedInput } from '../../shared/contract/api.ts';
import { type ErrorEnvelope, LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { CellImage, ResultCell } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { Prediction } from '../../shared/contract/trial.ts';
import { cellsOf } from '../../shared/analysis/cells.ts';
import { readTrialConfig, trialFiles } from '../project/trial-folder.ts';
import { readVerifiedPredictions } from '../project/verify-trial.ts';
import type { Session } from './session.ts';

/**
 * The results of a study's finished trials, in the order of its plan; always computed from predictions.csv. A trial whose files
 * do not match gives none: its summary says why.
 */
export async function studyCells(session: Session, study: StudyFile): Promise<ResultCell[]> {
  const cells = await Promise.all(
    study.trials.map(async ({ id, model, trainMagnification, seed }) => {
      const predictions = await readPredictions(session, id).catch(() => null);
      return predictions ? cellsOf({ trial: id, model, trainMagnification, seed }, predictions) : [];
    }),
  );
  return cells.flat();
}

/** Read once while the files stay as they are: holding them to their hashes and configuration takes its time. */
const known = new Map<string, { readonly stamp: string; readonly result: Promise<Prediction[] | null> }>();
const MOST_KNOWN = 2000;

/** @returns null while the trial is not finished @throws LabError "damaged-file" that names the file and what is wrong */
export async function readPredictions(session: Session, trial: string): Promise<Prediction[] | null> {
  const folder = join(session.project.paths.runs, trial);
  const { config, state, predictions } = trialFiles(folder);
  const stamp = (await Promise.all([config, state, predictions].map(stampOf))).join(' ');
  const before = known.get(folder);
  if (before?.stamp === stamp) return before.result;
  const result = readVerifiedPredictions(folder);
  result.catch(() => {}); // reported where it is awaited
  if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value!);
  known.set(folder, { stamp, result });
  return result;
}

/** Changes whenever a file does, whatever its modification time says. */
async function stampOf(path: string): Promise<string> {
  const info = await stat(path, { bigint: true }).catch(() => null);
  return info ? `${info.size} ${info.mtimeNs} ${info.ctimeNs} ${info.ino}` : '-';
}

/** Why a finished trial has no results; null when it has, or is not finished. */
export async function resultsFault(session: Session, trial: string): Promise<ErrorEnvelope | null> {
  return readPredictions(session, trial).then(
    () => null,
    (error: unknown) => toEnvelope(error),
  );
}

/** The images behind one square of a confusion matrix, the most confident first. */
export async function cellImages(
  session: Session,
  { trial, testMagnification, truth, predicted }: ParsedInput<'results.images'>,
): Promise<CellImage[]> {
  const predictions = await readPredictions(session, trial);
  if (!predictions) throw new LabError('not-found', `The trial ${trial} has no predictions yet.`, { field: 'trial' });
  const idOf = await shownImages(session, trial);
  return predictions
    .filter((p) => p.magnification === testMagnification && p.truth === truth && p.predicted === predicted)
    .sort((a, b) => confidence(b) - confidence(a))
    .map((p) => ({
      image: idOf(p.image),
      path: p.image,
      case: p.case,
      slide: p.slide,
      magnification: p.magnification,
      truth: p.truth,
      predicted: p.predicted,
      probabilityMalignant: p.probabilityMalignant,
    }));
}

/** Ids of today's index for the images of a trial, where the pixels are those that were tested: a name alone may be another picture's. */
async function shownImages(session: Session, trial: string): Promise<(path: string) => number | null> {
  const { config } = await readTrialConfig(join(session.project.paths.runs, trial));
  const tested = new Map(config.test.map((image) => [image.path, image.pixelSha256]));
  const ids = new Map(
    session.index?.result.images
      .filter((image) => tested.get(image.path) === image.pixelSha256)
      .map((image) => [image.path, image.id]),
  );
  return (path) => ids.get(path) ?? null;
}

/** By margin: the probabilities of sure answers are all 1. */
function confidence({ logitBenign, logitMalignant }: Prediction): number {
  return Math.abs(logitMalignant - logitBenign);
}
