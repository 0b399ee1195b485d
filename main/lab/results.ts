import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParsedInput } from '../../shared/contract/api.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { CellImage, ResultCell } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { Prediction } from '../../shared/contract/trial.ts';
import { cellsOf } from '../evaluation/cells.ts';
import { decodePredictions } from '../evaluation/predictions.ts';
import { trialFiles } from '../training/trial-folder.ts';
import type { Session } from './session.ts';

/** The results of a study's finished trials, in the order of its plan; always computed from predictions.csv. */
export async function studyCells(session: Session, study: StudyFile): Promise<ResultCell[]> {
  const cells = await Promise.all(
    study.trials.map(async ({ id, model, trainMagnification, seed }) => {
      const predictions = await readPredictions(session, id);
      return predictions ? cellsOf({ trial: id, model, trainMagnification, seed }, predictions) : [];
    }),
  );
  return cells.flat();
}

/** @returns null while the trial is not finished @throws LabError "damaged-file" */
export async function readPredictions(session: Session, trial: string): Promise<Prediction[] | null> {
  const path = trialFiles(join(session.project.paths.runs, trial)).predictions;
  return existsSync(path) ? decodePredictions(await readFile(path, 'utf8'), path) : null;
}

/** The images behind one square of a confusion matrix, the most confident first. */
export async function cellImages(
  session: Session,
  { trial, testMagnification, truth, predicted }: ParsedInput<'results.images'>,
): Promise<CellImage[]> {
  const predictions = await readPredictions(session, trial);
  if (!predictions) throw new LabError('not-found', `The trial ${trial} has no predictions yet.`, { field: 'trial' });
  const ids = new Map(session.index?.result.images.map((image) => [image.path, image.id]));
  return predictions
    .filter((p) => p.magnification === testMagnification && p.truth === truth && p.predicted === predicted)
    .sort((a, b) => confidence(b) - confidence(a))
    .map((p) => ({
      image: ids.get(p.image) ?? null,
      path: p.image,
      case: p.case,
      slide: p.slide,
      magnification: p.magnification,
      truth: p.truth,
      predicted: p.predicted,
      probabilityMalignant: p.probabilityMalignant,
    }));
}

/** By margin: the probabilities of sure answers are all 1. */
function confidence({ logitBenign, logitMalignant }: Prediction): number {
  return Math.abs(logitMalignant - logitBenign);
}
