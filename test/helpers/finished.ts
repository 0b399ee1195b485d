import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLab, type Lab } from '../../main/lab/lab.ts';
import { quickPlan, taskEnd } from './lab.ts';
import { temporaryFolder } from './temporary.ts';

/** Short training, where only the files matter. */
export const shortTraining = { epochs: 2, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 };

/** A project with a finished study of two trials, on 40x and 100x; tests take copies of it. Call `remove` at the end. */
export async function finishedProject(tissue: string): Promise<{ project: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'magnilab-test-'));
  process.env.MAGNILAB_STATE = folder;
  const lab = createLab({ door: 'browser' });
  const { folder: project } = await lab.services['projects.create']({ name: 'Finished', folder });
  await taskEnd(lab, (await lab.services['dataset.index']({ folder: tissue, verify: false })).task);
  await lab.services['studies.start']({ plan: quickPlan(tissue, { trainSets: [40, 100], training: shortTraining }) });
  await lab.queue.whenIdle();
  await lab.close();
  return { project, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A lab that has the project open; closed when the test ends. */
export async function opened(project: string): Promise<Lab> {
  process.env.MAGNILAB_STATE = await temporaryFolder();
  const lab = createLab({ door: 'browser' });
  onTestFinished(() => lab.close());
  await lab.services['projects.open']({ folder: project });
  return lab;
}

/** A copy of a project, removed when the test ends. */
export async function copyOf(project: string): Promise<string> {
  const copy = join(await temporaryFolder(), 'P.magnilab');
  await cp(project, copy, { recursive: true });
  return copy;
}
