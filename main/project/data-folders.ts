import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { dataFoldersSchema, type DataFolders } from '../../shared/contract/project.ts';
import { parseOrThrow, toEnvelope } from '../../shared/contract/errors.ts';
import { readJson, writeJson } from '../platform/atomic.ts';

/** Where a project writes down where its images lie. */
export function dataFoldersPath(project: string): string {
  return join(project, 'data.json');
}

/**
 * Where the images lie that a study or an index says lie in `recorded`: where the user located them anew; else there; else where
 * they lie as seen from the project, for a project that was moved or copied with its data. A folder that is nowhere is given
 * back as it was located or recorded last, so that errors name it.
 */
export async function locateData(project: string, recorded: string): Promise<string> {
  const known = (await readDataFolders(project)).folders.find((f) => f.recorded === recorded);
  const places = [known?.located, recorded, known && resolve(project, known.relative)].filter(
    (p) => p !== undefined && p !== null,
  );
  return places.find(existsSync) ?? places[0];
}

/** Writes a folder down, with how to get there from the project. */
export async function recordData(project: string, recorded: string, located: string | null, before: () => void): Promise<void> {
  const { folders, problem } = await readDataFolders(project);
  if (problem !== null) await rename(dataFoldersPath(project), `${dataFoldersPath(project)}.damaged`);
  const entry = { recorded, relative: relative(project, located ?? recorded), located };
  const same = folders.find((f) => f.recorded === recorded);
  if (same && same === folders.at(-1) && same.relative === entry.relative && same.located === located) return;
  const content: DataFolders = { format: 1, folders: [...folders.filter((f) => f !== same), entry] };
  await writeJson(dataFoldersPath(project), content, before);
}

/** Where the images lie that were indexed last; null before the first index, or where the list cannot be read. */
export async function lastDataFolder(project: string): Promise<string | null> {
  const last = (await readDataFolders(project)).folders.at(-1);
  return last ? locateData(project, last.recorded) : null;
}

/** Why the list cannot be read; null when it can, or is not there. */
export async function dataFoldersProblem(project: string): Promise<{ path: string; message: string } | null> {
  const { problem } = await readDataFolders(project);
  return problem === null ? null : { path: dataFoldersPath(project), message: problem };
}

/** A list that cannot be read keeps nobody from the project: then folders lie where they were recorded. */
async function readDataFolders(project: string): Promise<{ folders: DataFolders['folders']; problem: string | null }> {
  const path = dataFoldersPath(project);
  if (!existsSync(path)) return { folders: [], problem: null };
  try {
    return {
      folders: parseOrThrow(dataFoldersSchema, await readJson(path, 'list of data folders'), path).folders,
      problem: null,
    };
  } catch (error) {
    return { folders: [], problem: toEnvelope(error).message };
  }
}
