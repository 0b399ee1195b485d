import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ParsedInput } from '../../shared/contract/api.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { ImageSaliency } from '../../shared/contract/results.ts';
import { decodeImage, hashPixels } from '../pictures/read-image.ts';
import { isFailure } from '../../shared/contract/predict.ts';
import { runPrediction } from '../inference/run-prediction.ts';
import { placeConfig, readTrialConfig, trialFiles } from '../project/trial-folder.ts';
import type { Session } from './session.ts';

/**
 * Where a trial's best weights look in one of its test images, seen as the test saw it.
 * @throws LabError "not-found", "bad-input" when the network does not allow the method, "cancelled"
 */
export async function trialSaliency(
  session: Session,
  { trial, image: path, method }: Omit<ParsedInput<'results.saliency'>, 'task'>,
  signal: AbortSignal,
): Promise<ImageSaliency> {
  const folder = join(session.project.paths.runs, trial);
  const config = await placeConfig(folder, (await readTrialConfig(folder)).config);
  const { best: weights } = trialFiles(folder);
  const tested = config.test.find((image) => image.path === path);
  if (!tested) throw new LabError('not-found', `The trial ${trial} was not tested on ${path}.`, { field: 'image' });
  if (!existsSync(weights)) throw new LabError('not-found', `The trial ${trial} has no weights yet.`, { field: 'trial' });
  const file = join(config.dataset.folder, path);
  await checkPixels(file, tested.pixelSha256);
  signal.throwIfAborted();
  const request = { weights, files: [file], model: config.model, inputSize: config.inputSize, resize: config.evaluation };
  const [row] = await runPrediction({ ...request, saliency: { method } }, signal);
  if (isFailure(row)) throw new LabError(row.error.code, row.error.message, { field: 'image' });
  const { path: _path, layer, ...found } = row.saliency!;
  return { ...found, layer: layer!, probabilityMalignant: row.probabilities.malignant };
}

/** The picture of another image would explain nothing that the results say. */
async function checkPixels(file: string, sha256: string): Promise<void> {
  const image = await decodeImage(file);
  if (!image.ok) throw new LabError('not-found', `${file}: ${image.what}.`, { field: 'image' });
  if (hashPixels(image.width, image.height, image.data) !== sha256)
    throw new LabError('damaged-file', `${file} is no longer the image that was tested.`, { field: 'image' });
}
