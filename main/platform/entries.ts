import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = {
  /** a trial's process */
  trial: 'training/trial.ts',
  /** a process that chooses how trials compute that are to run at once */
  choose: 'training/choose.ts',
  /** a process that runs a few training steps to time them */
  measure: 'tuning/measure.ts',
  /** a process that loads TensorFlow once to say what it finds */
  probe: 'runtime/probe.ts',
  /** a process that classifies images */
  predict: 'inference/predict.ts',
  /** worker thread: computes what the lab is asked for */
  compute: 'compute/worker.ts',
  /** worker thread: decodes and hashes images for the index */
  inspect: 'dataset/inspect-worker.ts',
  /** worker thread: draws demo tissue */
  tissue: 'dataset/tissue/worker.ts',
  /** worker thread: augments batches */
  load: 'pictures/load-worker.ts',
  /** worker thread: writes a trial's checkpoints and history */
  save: 'training/save-worker.ts',
  /** worker thread: reads batches for validation and test */
  view: 'pictures/view-worker.ts',
} as const;

export type EntryName = keyof typeof SOURCES;
export const entryNames = Object.keys(SOURCES) as EntryName[];

/**
 * Where a process or worker thread starts: the TypeScript source when Magnilab runs from source, or the bundle of that name
 * in the folder of the built app (electron.vite.config.ts builds every name listed here).
 * @param here `import.meta.url` of this file, or of the bundle it was built into; a parameter for tests only
 */
export function entryUrl(name: EntryName, here: string = import.meta.url): URL {
  return new URL(isSource(here) ? SOURCES[name] : `${name}.js`, mainFolder(here));
}

/** The same as a path, for those who start processes. */
export function entryPath(name: EntryName): string {
  return fileURLToPath(entryUrl(name));
}

/**
 * A file of the `resources` folder, which stands beside `main` in the source and beside `out` in the built app.
 * @param path relative to it, e.g. "breakhis/manifest.csv"
 */
export function resourcePath(path: string, here: string = import.meta.url): string {
  const root = new URL(isSource(here) ? '../' : '../../', mainFolder(here));
  return fileURLToPath(new URL(`resources/${path}`, root));
}

/**
 * Something that a package brings along beside its app: `resources/NAME` beside `resources/app.asar`, or beside `resources/app` in the
 * package without Electron. Null where Magnilab runs from source, or from a build in its checkout.
 */
export function besideApp(name: string, here: string = import.meta.url): string | null {
  if (isSource(here)) return null;
  const app = fileURLToPath(new URL('../../', mainFolder(here))).replace(/[\\/]$/, '');
  return /^app(?:\.asar(?:\.unpacked)?)?$/.test(basename(app)) ? join(dirname(app), name) : null;
}

function isSource(here: string): boolean {
  return here.endsWith('.ts');
}

/** `main/` of the source or `out/main/` of the build. */
function mainFolder(here: string): URL {
  const folder = new URL(isSource(here) ? '../' : './', here);
  // code that several entries share is built into out/main/chunks
  return folder.pathname.endsWith('/chunks/') ? new URL('../', folder) : folder;
}
