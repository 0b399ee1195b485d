import { existsSync } from 'node:fs';
import { access, constants, cp, mkdir, mkdtemp, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { LabError } from '../../shared/contract/errors.ts';
import { sweepTemporary } from '../platform/atomic.ts';
import { openDatabase } from './database.ts';
import { lockProject } from './project-lock.ts';

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
    looks: join(folder, 'test-looks.json'),
    lock: join(folder, 'lab.lock'),
    owner: join(folder, 'lab.owner'),
  };
}
export type ProjectPaths = ReturnType<typeof projectPaths>;

/** An open project: its folder is held against a second lab until it is closed. */
export interface OpenProject {
  readonly folder: string;
  readonly name: string;
  readonly paths: ProjectPaths;
  readonly database: DatabaseSync;
  /** the folder cannot be written to: everything can be looked at and reported */
  readonly readOnly: boolean;
  /** where the damaged index was put aside, when a new one was begun; else null */
  readonly damagedIndex: string | null;
  /**
   * To be called before every write.
   * @throws LabError "read-only", or "project-locked" when another lab took the project over
   */
  check(): void;
  close(): Promise<void>;
}

/** Whether the folder is a project. */
export function isProject(folder: string): boolean {
  return existsSync(projectPaths(folder).database) || (folder.endsWith(PROJECT_SUFFIX) && existsSync(projectPaths(folder).plans));
}

/**
 * Creates an empty project and opens it.
 * @throws LabError "already-exists" when there is a project, or a folder that is not empty
 */
export async function createProject(folder: string, onLost?: () => void): Promise<OpenProject> {
  if (isProject(folder))
    throw new LabError('already-exists', `There is a project in ${folder} already. Open it, or choose another name.`, {
      field: 'name',
    });
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR')
      throw new LabError('already-exists', `${folder} is a file; a project needs a folder.`, { field: 'folder' });
    throw error;
  });
  if (there.length > 0)
    throw new LabError('already-exists', `The folder ${folder} holds other files. Choose another name for the project.`, {
      field: 'name',
    });
  await mkdir(projectPaths(folder).plans, { recursive: true }); // from now on it is a project, whatever happens
  return openProject(folder, onLost);
}

/**
 * Opens a project. One that cannot be written to is opened for reading. A damaged index is put aside and begun anew.
 * @param onLost called when another lab has taken the project over
 * @throws LabError "not-found", "project-locked" when another lab has it open, "newer-format"
 */
export async function openProject(given: string, onLost: () => void = () => {}): Promise<OpenProject> {
  const folder = await realpath(resolve(given)).catch(() => resolve(given));
  if (!isProject(folder)) throw new LabError('not-found', `There is no Magnilab project in ${folder}.`, { field: 'folder' });
  return (await isWritable(folder)) ? openForWriting(folder, onLost) : openForReading(folder);
}

async function openForWriting(folder: string, onLost: () => void): Promise<OpenProject> {
  const paths = projectPaths(folder);
  const lock = await lockProject(paths, onLost);
  try {
    await makeFolders(folder);
    await sweep(paths, folder);
    const { database, damaged } = await openOrRenew(paths.database);
    const { check } = lock;
    const close = async () => {
      database.close();
      await lock.release();
    };
    return { folder, name: nameOf(folder), paths, database, readOnly: false, damagedIndex: damaged, check, close };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The index is read from a copy: SQLite writes beside a database even when it only reads. */
async function openForReading(folder: string): Promise<OpenProject> {
  const paths = projectPaths(folder);
  const copy = await mkdtemp(join(tmpdir(), 'magnilab-index-'));
  const drop = () => rm(copy, { recursive: true, force: true });
  try {
    for (const ending of ['', '-wal'])
      if (existsSync(paths.database + ending)) await cp(paths.database + ending, join(copy, `lab.sqlite${ending}`));
    const { database, damaged } = await openOrRenew(join(copy, 'lab.sqlite'));
    const check = () => {
      throw new LabError('read-only', `The project ${folder} cannot be written to: it is open for reading.`, { field: 'folder' });
    };
    const close = async () => {
      database.close();
      await drop();
    };
    return { folder, name: nameOf(folder), paths, database, readOnly: true, damagedIndex: damaged, check, close };
  } catch (error) {
    await drop();
    throw error;
  }
}

function nameOf(folder: string): string {
  return basename(folder, PROJECT_SUFFIX);
}

/** What keeps a folder from being written to: a read-only disk, or rights. Whether there is room is another matter. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    return !['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** The index can be made again: a damaged one is put aside, so that it keeps nobody from the rest of the project. */
async function openOrRenew(path: string): Promise<{ database: DatabaseSync; damaged: string | null }> {
  try {
    return { database: openDatabase(path), damaged: null };
  } catch (error) {
    if (!(error instanceof LabError && error.code === 'damaged-file')) throw error;
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
    await rename(path, aside);
    for (const ending of ['-wal', '-shm']) await rename(path + ending, aside + ending).catch(() => {});
    return { database: openDatabase(path), damaged: aside };
  }
}

async function makeFolders(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => null);
  if (info && !info.isDirectory())
    throw new LabError('already-exists', `${folder} is a file; a project needs a folder.`, { field: 'folder' });
  const { plans, studies, splits, runs, cache, reports } = projectPaths(folder);
  for (const path of [plans, studies, splits, runs, cache, reports]) await mkdir(path, { recursive: true });
  // backup programs may leave the cache out
  const tag = join(cache, 'CACHEDIR.TAG');
  if (!existsSync(tag)) await writeFile(tag, 'Signature: 8a477f597d28d172789f06886806bc55\n');
}

/** What killed processes left half-written goes. */
async function sweep({ plans, studies, splits, runs, cache, reports }: ProjectPaths, folder: string): Promise<void> {
  const own = (await readdir(runs).catch((): string[] => [])).map((name) => join(runs, name));
  for (const path of [folder, plans, studies, splits, runs, cache, reports, ...own]) await sweepTemporary(path);
}

/** Whether `path` is `folder` or lies in it; links are followed as far as the path exists. */
export async function liesInside(path: string, folder: string): Promise<boolean> {
  const way = relative(await realpath(folder).catch(() => resolve(folder)), await existing(resolve(path)));
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way); // on Windows the way to another drive is absolute
}

/** The path with its existing part resolved. */
async function existing(path: string): Promise<string> {
  const real = await realpath(path).catch(() => null);
  if (real !== null) return real;
  const parent = resolve(path, '..');
  return parent === path ? path : join(await existing(parent), basename(path));
}
