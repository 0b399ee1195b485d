import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CallOutput, ParsedInput } from '../../shared/contract/api.ts';
import type { IndexSummary } from '../../shared/contract/dataset.ts';
import { archiveTitle, isArchiveName } from '../../shared/domain/archives.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { type Plan, presetPlan } from '../../shared/contract/plan.ts';
import type { Preset } from '../../shared/domain/study/presets/index.ts';
import { BREAKHIS_MAGNIFICATIONS } from '../../shared/domain/magnification.ts';
import { unpackArchive } from '../dataset/archive/unpack.ts';
import { indexFolder, type IndexProgress, summarise } from '../dataset/index-folder.ts';
import { recordData } from '../project/data-folders.ts';
import { openDatabase } from '../project/database.ts';
import { loadIndex, queryImages, saveIndex } from '../project/image-index.ts';
import { cacheFolder } from '../platform/paths.ts';
import { requireOutsideData } from './outside-data.ts';
import type { Pictures } from './pictures.ts';
import type { Session } from './session.ts';
import type { Report } from './tasks.ts';

/** Indexes into the open project: incremental when the folder was indexed before. */
export async function indexIntoProject(
  session: Session,
  { folder, into, csv, verify }: ParsedInput<'dataset.index'>,
  report: Report,
  signal?: AbortSignal,
): Promise<IndexSummary> {
  const { project } = session;
  project.check();
  const root = isArchiveFile(folder) ? await unpackBeside(session, folder, into, report, signal) : resolve(folder);
  await requireOutsideData(project.folder, root, 'project');
  const before = session.index?.folder === root ? session.index : undefined;
  const table = (csv === undefined ? before?.csv : csv) || undefined;
  const database = project.database.location()!;
  const request = { folder: root, csv: table, verify, ...(before && { known: database }) };
  const options = { signal, onProgress: telling(report), untilEnded: true };
  const { revision, facts, summary } = await session.compute.call('index.make', request, options);
  await session.exclusive(async () => {
    if (session.project !== project) throw new LabError('cancelled', 'The project was closed while its images were read.');
    project.check();
    await session.compute.call('index.store', { revision, database });
    await recordData(project.folder, root, null, project.check);
    session.setIndex({ ...facts, folder: root, revision });
  });
  return summary;
}

/** A folder may be called like an archive. */
function isArchiveFile(path: string): boolean {
  return isArchiveName(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true;
}

/** Unpacks an archive beside the project, or where the user says. @returns the folder of its images */
async function unpackBeside(
  session: Session,
  given: string,
  into: string | undefined,
  report: Report,
  signal?: AbortSignal,
): Promise<string> {
  const archive = resolve(given);
  const parent = resolve(into ?? dirname(session.project.folder));
  const folder = join(parent, archiveTitle(archive));
  const indexed = session.index?.folder;
  if (indexed !== undefined && indexed !== folder) await requireOutsideData(folder, indexed, 'unpacked archive');
  const options = { signal, onProgress: telling(report), untilEnded: true };
  return session.compute.call('index.unpack', { archive, parent }, options);
}

function telling(report: Report): (progress: IndexProgress) => void {
  return ({ phase, done, total }) => report(`index.${phase}`, done, total);
}

/** Indexes a folder, or an archive that is unpacked beside itself, without a project; a database in the cache makes the next time incremental. Nothing is written into the folder. */
export async function indexStandalone(
  { folder, into, csv, verify }: ParsedInput<'dataset.index'>,
  report: Report,
  signal?: AbortSignal,
): Promise<IndexSummary> {
  const unpacking = { signal, onProgress: (done: number, total: number) => report('index.unpack', done, total) };
  const root = isArchiveFile(folder)
    ? await unpackArchive(resolve(folder), resolve(into ?? dirname(resolve(folder))), unpacking)
    : resolve(folder);
  const indexes = cacheFolder('indexes');
  await mkdir(indexes, { recursive: true });
  const name = createHash('sha256')
    .update(`${root}\n${csv ? resolve(csv) : ''}`)
    .digest('hex')
    .slice(0, 32);
  const database = openDatabase(join(indexes, `${name}.sqlite`));
  try {
    const known = loadIndex(database)?.result.files;
    const result = await indexFolder(root, { csv: csv || undefined, verify, known, signal, onProgress: telling(report) });
    saveIndex(database, root, result);
    return summarise(result, root);
  } finally {
    database.close();
  }
}

export async function datasetSummary({ compute, indexRef }: Session): Promise<IndexSummary | null> {
  return indexRef && compute.call('images.summary', indexRef);
}

/** A preset's plan for the indexed data set: its table, and its own magnifications where they are not the four of BreakHis. */
export async function presetFor(session: Session, preset: Preset, name: string): Promise<Plan> {
  const { folder, csv } = session.indexed;
  const summary = await session.compute.call('images.summary', session.indexedRef);
  return presetOf(preset, name, { ...summary, folder, csv });
}

type Indexed = Pick<IndexSummary, 'folder' | 'csv' | 'byMagnification' | 'tasks'>;

/** A preset's plan for images that were indexed. */
export function presetOf(preset: Preset, name: string, { folder, csv, byMagnification, tasks }: Indexed): Plan {
  const magnifications = Object.keys(byMagnification)
    .map(Number)
    .sort((a, b) => a - b);
  const isUsual = BREAKHIS_MAGNIFICATIONS.every((m) => magnifications.includes(m)) || magnifications.length === 0;
  return presetPlan(preset, name, folder, {
    csv,
    task: tasks.at(0)?.id,
    magnifications: isUsual ? undefined : magnifications,
  });
}

/** One page of the images, each with the name of its picture. */
export function listImages(
  session: Session,
  pictures: Pictures,
  { filter, offset, limit }: ParsedInput<'dataset.images'>,
): CallOutput<'dataset.images'> {
  const { total, images } = queryImages(session.project.database, filter, offset, limit);
  return { total, images: images.map((image) => ({ ...image, picture: pictures.nameOf(image.pixelSha256) })) };
}
