import { join } from 'node:path';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import { testLooksSchema, type TestLooks } from '../../shared/contract/project.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { readSealed, writeSealed } from '../platform/atomic.ts';
import { readTrialState } from './trial-folder.ts';

/**
 * Writes down that a study has looked at its test set, once per study, even when the study is removed later: whoever looks often
 * enough finds what pleases.
 * @param path of the project's record
 * @throws LabError "damaged-file"
 */
export async function recordTestLook(path: string, study: StudyFile, check: () => void): Promise<void> {
  const { looks } = await readTestLooks(path);
  if (looks.some(({ createdAt, name }) => createdAt === study.createdAt && name === study.name)) return;
  const own = { name: study.name, createdAt: study.createdAt, splits: study.splits.map(({ sha256 }) => sha256) };
  await writeSealed(path, { format: 1, looks: [...looks, own] } satisfies TestLooks, check);
}

/** Whether a trial of the study has finished, and so has been tested. A trial whose state cannot be read counts as one that has not. */
export async function hasTested(runs: string, { trials }: StudyFile): Promise<boolean> {
  for (const { id } of trials) {
    const stored = await readTrialState(join(runs, id)).catch(() => null); // told where the trial is shown
    if (stored?.state === 'finished') return true;
  }
  return false;
}

/** The studies that have looked at one of this study's test sets, itself included, the oldest first. @throws LabError "damaged-file" */
export async function testLooksOf(path: string, study: Pick<StudyFile, 'splits'>): Promise<string[]> {
  const own = new Set(study.splits.map(({ sha256 }) => sha256));
  const { looks } = await readTestLooks(path);
  return looks.filter(({ splits }) => splits.some((sha256) => own.has(sha256))).map(({ name }) => name);
}

async function readTestLooks(path: string): Promise<TestLooks> {
  try {
    return (await readSealed(testLooksSchema, path, 'record of looks at test sets')).value;
  } catch (error) {
    if (error instanceof LabError && toEnvelope(error).code === 'not-found') return { format: 1, looks: [] };
    throw error;
  }
}
