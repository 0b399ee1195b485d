import envPaths from 'env-paths';
import { homedir } from 'node:os';
import { join } from 'node:path';

const system = envPaths('magnilab', { suffix: '' });

/** Folder for what can be made again: the TensorFlow runtime, demo tissue, indexes. `MAGNILAB_CACHE` overrides it. */
export function cacheFolder(...parts: string[]): string {
  return join(process.env.MAGNILAB_CACHE ?? system.cache, ...parts);
}

/** Folder for the lab's own state: recent projects, window state. `MAGNILAB_STATE` overrides it. */
export function stateFolder(...parts: string[]): string {
  return join(process.env.MAGNILAB_STATE ?? system.data, ...parts);
}

/** Where new projects go unless the user says otherwise. `MAGNILAB_PROJECTS` overrides it. */
export function projectsFolder(): string {
  return process.env.MAGNILAB_PROJECTS ?? join(homedir(), 'Magnilab');
}

/** The same path for other programs, compilers say: the packed app keeps its modules beside its archive, which only Electron reads. */
export function onDisk(path: string): string {
  return path.replace(/([\\/])app\.asar(?=[\\/])/, '$1app.asar.unpacked');
}
