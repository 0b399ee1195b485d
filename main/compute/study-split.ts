import { join } from 'node:path';
import { type Split, splitSchema } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { splitHash } from '../dataset/splits.ts';
import { readSealed } from '../platform/atomic.ts';

/**
 * A split of a study, held to its hash.
 * @param splits the project's folder of splits
 * @param sha256 as the study lists it
 * @throws LabError "not-found" or "damaged-file": nothing may be claimed of a split that cannot be read
 */
export async function readStudySplit(splits: string, { sha256 }: StudyFile['splits'][number]): Promise<Split> {
  const path = join(splits, `${sha256}.json`);
  const { value: split } = await readSealed(splitSchema, path, 'split');
  if (split.sha256 === sha256 && splitHash(split.parts) === split.sha256) return split;
  throw new LabError(
    'damaged-file',
    `The split ${path} is not the one that the study was started with: its hash does not match.`,
    { path },
  );
}
