import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { TrialConfig } from '../../shared/contract/trial.ts';
import { decodeImage, hashPixels } from '../pictures/read-image.ts';
import { placeConfig, readTrialConfig, trialFiles } from '../project/trial-folder.ts';

/** What it takes to see an image as a trial's test saw it. */
export interface TestedImage extends Pick<TrialConfig, 'model' | 'inputSize' | 'evaluation'> {
  readonly file: string;
  /** the trial's best */
  readonly weights: string;
}

/**
 * An image of a trial's test, after its pixels were compared with those that were tested: another picture would explain nothing
 * that the results say.
 * @throws LabError "not-found", "damaged-file" where it is no longer the same picture
 */
export async function testedImage({ folder, image: path }: { folder: string; image: string }): Promise<TestedImage> {
  const { model, inputSize, evaluation, dataset, test, id } = await placeConfig(folder, (await readTrialConfig(folder)).config);
  const { best: weights } = trialFiles(folder);
  const tested = test.find((image) => image.path === path);
  if (!tested) throw new LabError('not-found', `The trial ${id} was not tested on ${path}.`, { field: 'image' });
  if (!existsSync(weights)) throw new LabError('not-found', `The trial ${id} has no weights yet.`, { field: 'trial' });
  const file = join(dataset.folder, path);
  const image = await decodeImage(file);
  if (!image.ok) throw new LabError('not-found', `${file}: ${image.what}.`, { field: 'image' });
  if (hashPixels(image.width, image.height, image.data) !== tested.pixelSha256)
    throw new LabError('damaged-file', `${file} is no longer the image that was tested.`, { field: 'image' });
  return { file, weights, model, inputSize, evaluation };
}
