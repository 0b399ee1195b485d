import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { toEnvelope } from '../../shared/contract/errors.ts';
import { readStudySplit } from '../compute/study-split.ts';
import { dataFoldersProblem } from '../project/data-folders.ts';
import { type Fault, verifyTrial } from '../project/verify-trial.ts';
import { readPlan } from './plans.ts';
import { testLooksOf } from '../project/test-looks.ts';
import type { Session } from './session.ts';
import { type FileProblem, readStudies, studyProblems } from './studies.ts';

/** What `magnilab verify` finds. */
export interface Verification {
  readonly studies: number;
  readonly trials: number;
  readonly faults: readonly Fault[];
}

/** Files of the project that cannot be used, as far as it shows without looking into runs: studies, plans, the index. */
export async function projectProblems(session: Session): Promise<FileProblem[]> {
  const { paths, damagedIndex } = session.project;
  const problems = await studyProblems(session);
  const lost = await dataFoldersProblem(session.project.folder);
  if (lost) problems.push(lost);
  for (const name of await readdir(paths.plans).catch((): string[] => [])) {
    if (!name.endsWith('.json') || name.startsWith('.')) continue;
    const path = join(paths.plans, name);
    await readPlan(path).catch((error: unknown) => problems.push({ path, message: toEnvelope(error).message }));
  }
  if (damagedIndex !== null) {
    const message = `The index was damaged; it was put aside as ${basename(damagedIndex)} and is made anew.`;
    problems.push({ path: paths.database, message });
  }
  return problems;
}

/** Holds every file of the open project to what is known of it: seals, hashes, checksums, and one file against another. */
export async function verifyProject(
  session: Session,
  onTrial: (done: number, total: number) => void = () => {},
): Promise<Verification> {
  const faults: Fault[] = await projectProblems(session);
  const studies = await readStudies(session);
  const total = studies.reduce((sum, { trials }) => sum + trials.length, 0);
  let done = 0;
  const { splits: folder, looks } = session.project.paths;
  for (const study of studies) {
    await testLooksOf(looks, study).catch((error: unknown) => faults.push({ path: looks, message: toEnvelope(error).message }));
    for (const split of study.splits)
      await readStudySplit(folder, split).catch((error: unknown) =>
        faults.push({ path: join(folder, `${split.sha256}.json`), message: toEnvelope(error).message }),
      );
    for (const { id, config } of study.trials) {
      onTrial(done++, total);
      faults.push(...(await verifyTrial(join(session.project.paths.runs, id), config)));
    }
  }
  return { studies: studies.length, trials: total, faults: distinct(faults) };
}

function distinct(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values()];
}
