import { join } from 'node:path';
import type { LabEvent } from '../../shared/contract/events.ts';
import { type Plan, planSchema, type PlanInput } from '../../shared/contract/plan.ts';
import { generateDemoTissue } from '../../main/dataset/demo-tissue.ts';
import { createLab, type Lab, type LabOptions } from '../../main/lab/lab.ts';
import { cacheFolder } from '../../main/platform/paths.ts';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary.ts';

/** A small set of demo tissue, drawn once and kept: 12 cases with two fields at each magnification. */
export async function testTissue(): Promise<string> {
  return (await generateDemoTissue(cacheFolder('test-tissue'), { cases: 12, fieldsPerMagnification: 2 })).folder;
}

/** A lab with a new project that has indexed the data set; closed when the test ends. */
export async function labWith(dataset: string, options: Partial<LabOptions> = {}): Promise<{ lab: Lab; project: string }> {
  process.env.MAGNILAB_STATE = await temporaryFolder();
  const folder = await temporaryFolder();
  const lab = createLab({ door: 'browser', ...options });
  onTestFinished(() => lab.close());
  const { folder: project } = await lab.services['projects.create']({ name: 'Test', folder });
  const { task } = await lab.services['dataset.index']({ folder: dataset, verify: false });
  await taskEnd(lab, task);
  return { lab, project };
}

/** Waits for a task to end; throws its error. */
export async function taskEnd(lab: Lab, id: string): Promise<void> {
  for (;;) {
    const task = lab.tasks.list().find((t) => t.id === id);
    if (task?.state === 'finished') return;
    if (task && task.state !== 'running') throw new Error(`task ${task.state}: ${task.error?.message}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A plan of one quick trial: WaveMix-32/4 on 40x, tested on all magnifications. */
export function quickPlan(dataset: string, change: Partial<PlanInput> = {}): Plan {
  return planSchema.parse({
    format: 2,
    name: 'Quick',
    dataset: { folder: dataset },
    protocol: 'quick',
    models: ['wavemix_32_4'],
    trainSets: [40],
    seeds: [0],
    inputSize: [64, 64],
    training: { epochs: 3, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 },
    augmentation: { scale: [0.6, 1] },
    ...change,
  });
}

/** The page of a study's report, as the app shows it. */
export async function previewOf(lab: Lab, study: string): Promise<string> {
  const { page } = await lab.services['reports.preview']({ study });
  const answer = await lab.picture(page);
  if (answer.status !== 200) throw new Error(`${page}: ${answer.status}`);
  return new TextDecoder().decode(answer.bytes);
}

/** The first event that a test asks for. */
export function nextEvent<T>(lab: Lab, wanted: (event: LabEvent) => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const stop = lab.on((event) => {
      const found = wanted(event);
      if (found === undefined) return;
      stop();
      resolve(found);
    });
  });
}

export function runFolder(project: string, trial: string): string {
  return join(project, 'runs', trial);
}
