import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { indexIntoProject } from '../lab/datasets.ts';
import { createLab, type Lab, type LabOptions } from '../lab/lab.ts';
import { logProblems } from './index-folder.ts';
import { Progress } from './output.ts';

/** Calls with a lab that has the project open, and closes it. */
export async function withProject(
  folder: string,
  { create = false, ...options }: { create?: boolean } & Pick<LabOptions, 'engine' | 'jobs'>,
  work: (lab: Lab) => Promise<void>,
): Promise<void> {
  const lab = createLab({ door: 'browser', ...options });
  try {
    if (create && !existsSync(folder)) await lab.session.create(resolve(folder));
    else await lab.session.openFolder(folder);
    await work(lab);
  } finally {
    await lab.close();
  }
}

/** Indexes the plan's data set into the project; incremental when it was indexed before. */
export async function indexFor(lab: Lab, folder: string, csv: string | undefined): Promise<void> {
  const progress = new Progress();
  try {
    const input = { folder, csv: csv ?? null, verify: false }; // the plan decides, whatever was indexed before
    const { problems } = await indexIntoProject(lab.session, input, progress.task);
    progress.end();
    logProblems(problems);
  } finally {
    progress.end();
  }
}
