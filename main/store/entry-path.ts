const SOURCES = {
  /** a trial's process */
  trial: 'training/trial.ts',
  /** a process that loads TensorFlow once to say what it finds */
  probe: 'engine/probe.ts',
  /** a process that classifies images */
  predict: 'training/predict.ts',
  /** worker thread: decodes and hashes images for the index */
  inspect: 'dataset/inspect-worker.ts',
  /** worker thread: draws demo tissue */
  tissue: 'dataset/tissue/worker.ts',
  /** worker thread: augments batches */
  load: 'training/load-worker.ts',
} as const;

export type EntryName = keyof typeof SOURCES;

/**
 * Where a process or worker thread starts: the TypeScript source when Magnilab runs from source, or the bundle of that name
 * beside this one in the built app (electron.vite.config.ts builds every name listed here).
 */
export function entryUrl(name: EntryName): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL(`../${SOURCES[name]}`, import.meta.url)
    : new URL(`./${name}.js`, import.meta.url);
}
