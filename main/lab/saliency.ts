import { join } from 'node:path';
import type { ParsedInput } from '../../shared/contract/api.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { ImageSaliency } from '../../shared/contract/results.ts';
import { isFailure, type PredictRow } from '../../shared/contract/predict.ts';
import type { Predictor } from '../inference/predictor.ts';
import type { Pictures } from './pictures.ts';
import type { Session } from './session.ts';

/**
 * Where a trial's best weights look in one of its test images, seen as the test saw it.
 * @throws LabError "not-found", "bad-input" when the network does not allow the method, "cancelled"
 */
export async function trialSaliency(
  session: Session,
  predictor: Predictor,
  pictures: Pictures,
  { trial, image, method }: ParsedInput<'results.saliency'>,
  signal?: AbortSignal,
): Promise<ImageSaliency> {
  const folder = join(session.project.paths.runs, trial);
  const { file, evaluation: resize, ...network } = await session.compute.call('trials.tested', { folder, image }, { signal });
  const [row] = await predictor.ask({ ...network, files: [file], resize, saliency: { method } }, signal);
  if (isFailure(row)) throw new LabError(row.error.code, row.error.message, { field: 'image' });
  return keptSaliency(row, pictures);
}

/** Where a network looked, its layer kept under an address. @param row of a question that asked for it */
export function keptSaliency(row: PredictRow, pictures: Pictures): ImageSaliency {
  const { path: _path, layer, ...found } = row.saliency!;
  const png = Buffer.from(layer!.slice(layer!.indexOf(',') + 1), 'base64');
  return { ...found, layer: pictures.keepLayer(new Uint8Array(png)), probability: Math.max(...row.probabilities) };
}
