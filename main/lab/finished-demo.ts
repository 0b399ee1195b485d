import { join } from 'node:path';
import { type Plan, planSchema } from '../../shared/contract/plan.ts';
import type { Project } from '../../shared/contract/system.ts';
import { resourcePath } from '../platform/entries.ts';
import { projectsFolder } from '../platform/paths.ts';
import { isProject, PROJECT_SUFFIX } from '../project/project.ts';
import { demoPlan } from './demo.ts';
import type { Session } from './session.ts';

/** The finished study that ships with Magnilab, made by scripts/demo-project.ts. */
export const FINISHED_DEMO = {
  name: 'Finished demo',
  study: 'Demo',
  /** folder of its pictures, in the project's own: they move together */
  images: 'images',
  tissue: { cases: 96, fieldsPerMagnification: 1 },
} as const;

/** Three small networks of three families and the colours alone, on every magnification, three seeds, 36 cases in the test. */
export function finishedDemoPlan(folder: string): Plan {
  const demo = demoPlan(folder);
  return planSchema.parse({
    ...demo,
    name: FINISHED_DEMO.study,
    models: ['wavemix_16_2', 'convmixer_test', 'fnet2d_16_2_p4'],
    baselines: ['colour_histogram'],
    views: ['native', 'rescaled'],
    split: { ...demo.split, ratios: [10, 1, 7] },
    training: { ...demo.training, epochs: 30 },
  });
}

/** Where the finished demo lies unless the caller says otherwise. */
export function finishedDemoFolder(): string {
  return join(projectsFolder(), `${FINISHED_DEMO.name}${PROJECT_SUFFIX}`);
}

/** Opens the finished demo; it is unpacked the first time. */
export async function openFinishedDemo(session: Session, folder: string, stop = false): Promise<Project> {
  if (!stop && !session.isOpenAt(folder)) session.requireIdle(); // before anything is written
  if (!isProject(folder)) await session.compute.call('demo.unpack', { archive: resourcePath('demo/finished.tar.br'), folder });
  return session.openFolder(folder, stop);
}
