import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { FolderListing } from '../../shared/contract/system.ts';
import { isArchiveName } from '../../shared/domain/archives.ts';
import { isProject } from '../project/project.ts';

const SHOWN = /\.(csv|json|safetensors|png|jpe?g|tiff?)$/i;

/** What the page's own folder chooser shows: folders, projects, CSV and weights files, archives, images. Nothing is opened. */
export async function listFolder(given?: string): Promise<FolderListing> {
  const path = resolve(given ?? homedir());
  const info = await stat(path).catch(() => null);
  if (!info?.isDirectory()) throw new LabError('not-found', `There is no folder ${path}.`, { field: 'path' });
  const found = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new LabError('not-allowed', `The folder ${path} cannot be read (${error.code}).`, { field: 'path' });
  });
  const entries: FolderListing['entries'] = [];
  for (const entry of found) {
    if (entry.name.startsWith('.')) continue;
    const full = join(path, entry.name);
    const folder = entry.isDirectory() || (entry.isSymbolicLink() && (await stat(full).catch(() => null))?.isDirectory());
    if (folder) entries.push({ name: entry.name, path: full, kind: isProject(full) ? 'project' : 'folder' });
    else if (SHOWN.test(entry.name) || isArchiveName(entry.name)) entries.push({ name: entry.name, path: full, kind: 'file' });
  }
  entries.sort(
    (a, b) => Number(a.kind === 'file') - Number(b.kind === 'file') || a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
  const parent = dirname(path);
  return { path, parent: parent === path ? null : parent, entries };
}
