import { join } from 'node:path';
import { type Split, splitSchema } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { splitHash } from '../dataset/splits.ts';
import { readSealed } from '../platform/atomic.ts';

/**
 * The split of a study, held to its hash.
 * @param splits the project's folder of splits
 * @throws LabError "not-found" or "damaged-file": nothing may be claimed of a split that cannot be read
 */
export async function readStudySplit(splits: string, { splitSha256 }: StudyFile): Promise<Split> {
  const path = join(splits, `${splitSha256}.json`);
  const { value: split } = await readSealed(splitSchema, path, 'split');
  if (split.sha256 === splitSha256 && splitHash(split.parts) === split.sha256) return split;
  throw new LabError(
    'damaged-file',
    `The split ${path} is not the one that the study was started with: its hash does not match.`,
    {
      path,
    },
  );
}
