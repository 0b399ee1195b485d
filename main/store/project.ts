import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
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
    owner: join(folder, 'lab.owner'),
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
  const release = await lock(folder, paths);
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

const STALE_MS = 10_000;

/**
 * A lock that its owner renews; one that is not renewed belongs to a lab that died. While the owner named in lab.owner lives on
 * this machine nobody waits for it; else the lock is waited for until it is stale.
 */
async function lock(folder: string, { lock, owner }: ProjectPaths): Promise<() => Promise<void>> {
  const deadline = performance.now() + STALE_MS + 5_000;
  for (;;) {
    try {
      const release = await lockfile.lock(folder, {
        lockfilePath: lock,
        stale: STALE_MS,
        update: STALE_MS / 3,
        onCompromised: () => {}, // the folder was moved or unplugged: what is written next says so
      });
      await writeFile(owner, JSON.stringify({ pid: process.pid, host: hostname() }));
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      if ((await ownerLives(owner)) || performance.now() > deadline)
        throw new LabError('project-locked', `Another Magnilab has the project ${folder} open. Close it there first.`, {
          field: 'folder',
        });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function ownerLives(path: string): Promise<boolean> {
  try {
    const { pid, host } = JSON.parse(await readFile(path, 'utf8')) as { pid: number; host: string };
    if (host !== hostname()) return false; // on another machine: only the lock's age tells
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
