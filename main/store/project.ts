import { existsSync } from 'node:fs';
import { mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import lockfile from 'proper-lockfile';
import { LabError } from '../../shared/contract/errors.ts';
import { openDatabase } from './database.ts';

export const PROJECT_SUFFIX = '.magnilab';

/** Where everything of a project lies. */
export function projectPaths(folder: string) {
  return {
    database: join(folder, 'lab.sqlite'),
    plans: join(folder, 'plans'),
    studies: join(folder, 'studies'),
    splits: join(folder, 'splits'),
    runs: join(folder, 'runs'),
    cache: join(folder, 'cache'),
    reports: join(folder, 'reports'),
    lock: join(folder, 'lab.lock'),
  };
}
export type ProjectPaths = ReturnType<typeof projectPaths>;

/** An open project: its folder is locked against a second lab until it is closed. */
export interface OpenProject {
  readonly folder: string;
  readonly name: string;
  readonly paths: ProjectPaths;
  readonly database: DatabaseSync;
  close(): Promise<void>;
}

/** Whether the folder is a project. */
export function isProject(folder: string): boolean {
  return existsSync(projectPaths(folder).database) || (folder.endsWith(PROJECT_SUFFIX) && existsSync(projectPaths(folder).plans));
}

/**
 * Creates an empty project and opens it.
 * @throws LabError "already-exists" when the folder exists and is not empty
 */
export async function createProject(folder: string): Promise<OpenProject> {
  if (isProject(folder))
    throw new LabError('already-exists', `There is a project in ${folder} already. Open it, or choose another name.`, {
      field: 'name',
    });
  await makeFolders(folder);
  return openProject(folder);
}

/**
 * Opens a project.
 * @throws LabError "not-found", "project-locked" when another lab has it open, "damaged-file"
 */
export async function openProject(given: string): Promise<OpenProject> {
  const folder = await realpath(resolve(given)).catch(() => resolve(given));
  if (!isProject(folder)) throw new LabError('not-found', `There is no Magnilab project in ${folder}.`, { field: 'folder' });
  await makeFolders(folder);
  const paths = projectPaths(folder);
  const release = await lock(folder, paths.lock);
  try {
    const database = openDatabase(paths.database);
    return {
      folder,
      name: basename(folder, PROJECT_SUFFIX),
      paths,
      database,
      async close() {
        database.close();
        await release().catch(() => {}); // the folder may have been deleted
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function makeFolders(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => null);
  if (info && !info.isDirectory())
    throw new LabError('already-exists', `${folder} is a file; a project needs a folder.`, { field: 'folder' });
  const { plans, studies, splits, runs, cache, reports } = projectPaths(folder);
  for (const path of [plans, studies, splits, runs, cache, reports]) await mkdir(path, { recursive: true });
  // backup programs may leave the cache out
  await writeFile(join(cache, 'CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n', { flag: 'w' });
}

async function lock(folder: string, path: string): Promise<() => Promise<void>> {
  try {
    return await lockfile.lock(folder, {
      lockfilePath: path,
      stale: 15_000,
      update: 5_000,
      retries: { retries: 3, minTimeout: 200 },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED')
      throw new LabError('project-locked', `Another Magnilab has the project ${folder} open. Close it there first.`, {
        field: 'folder',
      });
    throw error;
  }
}
