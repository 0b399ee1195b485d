import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plan, planSchema, presetPlan } from '../../shared/contract/plan.ts';
import { generateDemoTissue } from '../dataset/demo-tissue.ts';
import { cacheFolder, projectsFolder } from '../platform/paths.ts';
import { isProject, PROJECT_SUFFIX } from '../project/project.ts';
import { indexIntoProject } from './datasets.ts';
import { savePlan } from './plans.ts';
import type { Session } from './session.ts';
import type { Report } from './tasks.ts';

/** Where the demo project lies unless the caller says otherwise. */
export function demoProjectFolder(): string {
  return join(projectsFolder(), `Demo${PROJECT_SUFFIX}`);
}

/** Many cases with one field each: the case is the unit of every interval, so more of them say more than more fields of the same. */
export const DEMO_TISSUE = { cases: 144, fieldsPerMagnification: 1 };

/**
 * The plan of the demonstration: two small networks on every magnification of synthetic tissue, three seeds, 48 cases in the test,
 * minutes on two cores.
 */
export function demoPlan(folder: string): Plan {
  const quick = presetPlan('quick', 'Demo', folder);
  return planSchema.parse({
    ...quick,
    models: ['wavemix_64_2', 'convmixer_test'],
    seeds: [0, 1, 2],
    split: { ...quick.split, ratios: [13, 1, 7] }, // the last epoch is tested, so validation needs few cases
    inputSize: [64, 96], // the shape of the pictures: nothing is squeezed, and training and test show tissue at one scale
    evaluation: 'full frame',
    training: {
      ...quick.training,
      optimiser: 'adamw',
      learningRate: 0.003,
      weightDecay: 0.05,
      warmupEpochs: 2,
      labelSmoothing: 0,
    },
    // crops hardly zoom: with zoomed ones a network would learn the other magnifications, too
    augmentation: { ...quick.augmentation, ratio: [1.45, 1.6] },
  });
}

/** Opens (or creates) the demo project: tissue drawn on first use, indexed, with its plan. */
export async function openDemo(session: Session, folder: string, report: Report, signal: AbortSignal): Promise<Plan> {
  const tissue = await generateDemoTissue(cacheFolder('demo-tissue'), {
    ...DEMO_TISSUE,
    signal,
    onProgress: ({ done, total }) => report('demo.tissue', done, total),
  });
  if (isProject(folder)) await session.openFolder(folder, true);
  else {
    await mkdir(folder, { recursive: true });
    await session.create(folder, true);
  }
  const plan = demoPlan(tissue.folder);
  if (!existsSync(join(session.project.paths.plans, `${plan.name}.json`))) await savePlan(session, plan);
  await indexIntoProject(session, { folder: tissue.folder, verify: false }, report, signal); // at once when nothing changed
  return plan;
}
