import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plan, presetPlan } from '../../shared/contract/plan.ts';
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

/** Many cases with few fields each: what a network learns must hold for other patients' tissue. */
const DEMO_TISSUE = { cases: 48, fieldsPerMagnification: 3 };

/** The plan of the demonstration: two families on every magnification of synthetic tissue, minutes on two cores. */
function demoPlan(folder: string): Plan {
  return presetPlan('quick', 'Demo', folder);
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
