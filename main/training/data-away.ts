import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { TrialConfig } from '../../shared/contract/trial.ts';

/** So many images are looked for before their drive is said to be away: a few may have been deleted. */
const SAMPLE = 20;

/**
 * Whether a trial's images cannot be reached at all, as when a drive is unplugged: their folder is gone, or is there and empty
 * as a mount point without its drive is.
 * @param config with its folders as they are now
 */
export function dataIsAway({ dataset, train, test }: Pick<TrialConfig, 'dataset' | 'train' | 'test'>): boolean {
  if (!existsSync(dataset.folder)) return true;
  const images = [...train, ...test];
  const stride = Math.max(1, Math.floor(images.length / SAMPLE));
  const sample = images.filter((_, i) => i % stride === 0);
  return sample.length > 0 && !sample.some(({ path }) => existsSync(join(dataset.folder, path)));
}

/** An image that could not be read because all of them are away is no fault of the image. */
export function orDataAway(error: unknown, config: TrialConfig): unknown {
  if (!(error instanceof LabError) || error.code !== 'damaged-file' || !dataIsAway(config)) return error;
  const { folder } = config.dataset;
  const message = `The images in ${folder} cannot be reached. Connect their drive, or say where they lie now (Locate data).`;
  return new LabError('data-away', message, { path: folder });
}
