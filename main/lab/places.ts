import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { Project } from '../../shared/contract/system.ts';
import { locateData, recordData } from '../project/data-folders.ts';
import { saveFolder } from '../project/image-index.ts';
import { requireOutsideData } from './outside-data.ts';
import type { Session } from './session.ts';
import { readStudies } from './studies.ts';

/** So many of the indexed images are named where a folder lacks some. */
const NAMED = 3;

/**
 * Says that the images of the open project lie in another folder now. They must all be there, by name and size; their pixels are
 * compared when they are used.
 * @throws LabError "bad-input" that names images which are not there
 */
export async function locateDataset(session: Session, given: string): Promise<Project> {
  const { project, indexed } = session;
  const folder = resolve(given);
  project.check();
  await requireOutsideData(project.folder, folder, 'project');
  const missing = await session.compute.call('images.missing', { index: session.indexedRef, folder });
  if (missing.length > 0) {
    const names = missing.slice(0, NAMED).join(', ') + (missing.length > NAMED ? ', ...' : '');
    const message = `${folder} does not hold the images of this project: ${missing.length} of ${indexed.images} are not there or have another size (${names}).`;
    throw new LabError('bad-input', message, { field: 'folder', missing: missing.length });
  }
  for (const recorded of await recordedFolders(session)) await recordData(project.folder, recorded, folder, project.check);
  saveFolder(project.database, folder);
  await recordData(project.folder, folder, null, project.check);
  session.setIndex({ ...indexed, folder });
  return session.describe()!;
}

/**
 * The folders that the index and the studies name and that lie, or lay, where the data set does. One that is nowhere is among them:
 * whose images they are is seen when a trial compares their pixels.
 */
async function recordedFolders(session: Session): Promise<Set<string>> {
  const { project, indexed } = session;
  const recorded = new Set([indexed.folder]);
  for (const { plan } of await readStudies(session)) {
    const named = resolve(plan.dataset.folder);
    const place = await locateData(project.folder, named);
    if (place === indexed.folder || !existsSync(place)) recorded.add(named);
  }
  return recorded;
}
