import { basename } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { TrialConfig } from '../../shared/contract/trial.ts';
import { variantName } from '../../shared/domain/catalogue.ts';
import { isBaseline } from '../../shared/domain/study/baselines.ts';
import { trainSetId } from '../../shared/domain/study/train-set.ts';
import { magnificationsText } from '../export/onnx/metadata.ts';
import { hashFile } from '../platform/atomic.ts';
import { placeConfig, readTrialConfig, readTrialState, trialFiles } from '../project/trial-folder.ts';

/** The network that a finished trial trained, and what its export says of it. */
export interface TrainedNetwork extends Pick<TrialConfig, 'model' | 'inputSize' | 'evaluation'> {
  /** the trial's best */
  readonly weights: string;
  /** metadata */
  readonly about: Readonly<Record<string, string>>;
  /** folder of the images, into which nothing is written */
  readonly dataFolder: string;
}

/**
 * The network of a finished trial, after its weights were held to their recorded hash.
 * @throws LabError "bad-input" while the trial has not finished, or where it trained no network; "damaged-file", "not-found"
 */
export async function trainedNetwork({ folder }: { folder: string }): Promise<TrainedNetwork> {
  const { model, inputSize, evaluation, dataset, train, trainSet, study, id } = await placeConfig(
    folder,
    (await readTrialConfig(folder)).config,
  );
  if (isBaseline(model))
    throw new LabError('bad-input', `The trial ${id} is of ${variantName(model)}, which is no network: it has no weights.`, {
      field: 'trial',
    });
  const state = await readTrialState(folder);
  if (state?.state !== 'finished')
    throw new LabError('bad-input', `The trial ${id} has not finished. Run or resume its study first.`, {
      field: 'trial',
    });
  const { best: weights } = trialFiles(folder);
  const recorded = state.files?.[basename(weights)];
  if (recorded !== undefined && recorded !== (await hashOf(weights)))
    throw new LabError(
      'damaged-file',
      `${weights} was changed after the trial had finished: its SHA-256 is not the recorded one.`,
      {
        path: weights,
      },
    );
  const magnifications = [...new Set(train.map(({ magnification }) => magnification))].sort((a, b) => a - b);
  const about = {
    study,
    trial: id,
    train_set: trainSetId(trainSet),
    magnifications: magnificationsText(magnifications),
    ...(dataset.synthetic && { images: 'synthetic demo tissue: this network knows no real tissue' }),
  };
  return { model, inputSize, evaluation, weights, about, dataFolder: dataset.folder };
}

async function hashOf(path: string): Promise<string> {
  return hashFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new LabError('not-found', `The weights file ${path} could not be read (${error.code}).`, { field: 'trial', path });
  });
}
