import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import { type FolderMark, folderMarkSchema } from '../../shared/contract/folder-mark.ts';
import { hashFile, readSealed, temporaryName, writeSealed } from './atomic.ts';

/** In every folder that Magnilab writes whole. */
export const MARK_FILE = 'magnilab.json';

/**
 * Writes a folder whole: made beside its place and moved there. What was written by Magnilab and is still just that is replaced;
 * nothing else ever is.
 * @param make writes the files into the folder that it is given
 * @throws LabError "already-exists" where there is anything else, before `make` is called
 */
export async function writeOwnFolder(
  folder: string,
  mark: Omit<FolderMark, 'files'>,
  make: (partial: string) => Promise<void>,
): Promise<void> {
  const replaces = await requireOwn(folder);
  await mkdir(dirname(folder), { recursive: true });
  const partial = join(dirname(folder), temporaryName());
  try {
    await mkdir(partial);
    await make(partial);
    await writeSealed(join(partial, MARK_FILE), { ...mark, files: await hashesOf(partial) } satisfies FolderMark);
    if (replaces) await replace(partial, folder);
    else await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Moves the new folder to its place; the old one is removed last, and comes back when that fails. */
async function replace(made: string, folder: string): Promise<void> {
  const old = join(dirname(folder), temporaryName());
  await rename(folder, old);
  try {
    await requireOwn(old); // nothing came into it meanwhile
    await rename(made, folder);
  } catch (error) {
    await rename(old, folder);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/**
 * @returns whether there is a folder to replace
 * @throws LabError "already-exists" where there is anything that Magnilab did not write
 */
async function requireOwn(folder: string): Promise<boolean> {
  const refuse = (what: string) =>
    new LabError('already-exists', `${folder} ${what}; nothing of it is replaced. Choose an empty or a new folder.`, {
      field: 'folder',
    });
  const info = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error; // what cannot be read is not empty
  });
  if (!info) return false;
  if (!info.isDirectory()) throw refuse('is a file');
  if ((await readdir(folder)).length === 0) return true;
  const mark = await readSealed(folderMarkSchema, join(folder, MARK_FILE), 'mark').catch(() => null);
  if (!mark?.sealed) throw refuse('holds files that Magnilab did not write');
  for (const [path, hash] of Object.entries(await hashesOf(folder))) {
    if (path === MARK_FILE) continue;
    if (mark.value.files[path] === undefined) throw refuse(`holds a file that Magnilab did not write, ${path}`);
    if (mark.value.files[path] !== hash) throw refuse(`holds a file that was changed since Magnilab wrote it, ${path}`);
  }
  return true;
}

async function hashesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const hashes: Record<string, string> = {};
  for (const path of paths.sort()) hashes[relative(folder, path).replaceAll(sep, '/')] = await hashFile(path);
  return hashes;
}
