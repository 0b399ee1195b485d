import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import { type StoredConfig, storedConfigSchema, upgradeConfig } from '../../shared/contract/format-1.ts';
import { type Epoch, epochSchema, type TrialConfig, type TrialStateFile, trialStateSchema } from '../../shared/contract/trial.ts';
import { appendLine, hashFile, readSealed, writeAtomically, writeSealed } from '../platform/atomic.ts';
import { locateData } from './data-folders.ts';
import { readResumeRows } from './resume-header.ts';

/** The files of a trial, all below runs/<id>/. */
export function trialFiles(folder: string) {
  return {
    config: join(folder, 'config.json'),
    state: join(folder, 'state.json'),
    history: join(folder, 'history.jsonl'),
    last: join(folder, 'checkpoint-last.safetensors'),
    best: join(folder, 'checkpoint-best.safetensors'),
    predictions: join(folder, 'predictions.csv'),
    validation: join(folder, 'validation.csv'),
    environment: join(folder, 'environment.json'),
    engine: join(folder, 'engine.json'),
    log: join(folder, 'log.txt'),
  };
}

/** The files whose hashes a finished trial's state.json holds: all that do not grow or change afterwards. */
const RECORDED = ['config', 'history', 'last', 'best', 'predictions', 'validation', 'environment', 'engine'] as const;

export interface ReadConfig {
  /** as it was written when the study started, in today's format */
  readonly config: TrialConfig;
  /** SHA-256 of its content, in the format that it was written in */
  readonly hash: string;
}

/**
 * Reads and checks config.json. The trial's id must be its folder's name, and image paths must stay in the data set.
 * @throws LabError "not-found", "damaged-file", "bad-input" or "outside-folder", naming the field
 */
export async function readTrialConfig(folder: string): Promise<ReadConfig> {
  const path = trialFiles(folder).config;
  const { value: stored } = await readSealed(storedConfigSchema, path, 'trial configuration');
  const config = upgradeConfig(stored);
  if (config.id !== basename(folder))
    throw new LabError('bad-input', `${path}: field "id" is "${config.id}", but the folder is called "${basename(folder)}".`, {
      field: 'id',
    });
  for (const part of ['train', 'validation', 'test'] as const) {
    config[part].forEach((image, i) => {
      if (!inside(config.dataset.folder, image.path))
        throw new LabError('outside-folder', `${path}: field "${part}.${i}.path" leaves the data set's folder: ${image.path}`, {
          field: `${part}.${i}.path`,
        });
    });
  }
  return { config, hash: hashConfig(stored) };
}

export function hashConfig(config: StoredConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex');
}

/**
 * The configuration with its folders as they are now: the images where they lie today, the cache in the project that the run
 * folder is in, wherever either was moved since the study started.
 */
export async function placeConfig(folder: string, config: TrialConfig): Promise<TrialConfig> {
  const runs = dirname(resolve(folder));
  if (basename(runs) !== 'runs') return config; // a run folder that was taken out of its project
  const project = dirname(runs);
  const located = await locateData(project, config.dataset.folder);
  return { ...config, dataset: { ...config.dataset, folder: located }, cacheFolder: join(project, 'cache') };
}

/** @returns null before the trial was first started @throws LabError "damaged-file", or what keeps it from being read */
export async function readTrialState(folder: string): Promise<TrialStateFile | null> {
  const path = trialFiles(folder).state;
  try {
    const { value } = await readSealed(trialStateSchema, path, 'trial state');
    if (value.trial !== undefined && value.trial !== basename(folder))
      throw new LabError('damaged-file', `The trial state ${path} is of another trial, ${value.trial}.`, { path });
    return value;
  } catch (error) {
    if (toEnvelope(error).code === 'not-found') return null;
    throw error;
  }
}

export async function writeTrialState(folder: string, state: TrialStateFile, before?: () => void): Promise<void> {
  await writeSealed(trialFiles(folder).state, { trial: basename(folder), ...state }, before);
}

/** SHA-256 of the files of a trial, by name; files that are not there are left out. */
export async function hashTrialFiles(folder: string): Promise<Record<string, string>> {
  const paths = trialFiles(folder);
  const hashes: Record<string, string> = {};
  for (const name of RECORDED) {
    const hash = await hashFile(paths[name]).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (hash !== null) hashes[basename(paths[name])] = hash;
  }
  return hashes;
}

/** Whether a relative path stays below its folder. */
function inside(folder: string, path: string): boolean {
  const root = resolve(folder);
  return resolve(root, path).startsWith(
    root.endsWith('/') || root.endsWith('\\') ? root : `${root}${process.platform === 'win32' ? '\\' : '/'}`,
  );
}

/**
 * The finished epochs, in order, each once: from history.jsonl as far as it is whole, else, where lines are damaged or missing,
 * from the resume point, which knows them too. A last line that was cut by a crash is left out.
 * @param folder of the trial
 * @param atLeast so many epochs are known to have been finished
 * @throws what keeps a file that is there from being read
 */
export async function readHistory(folder: string, atLeast = 0): Promise<Epoch[]> {
  const files = trialFiles(folder);
  const { rows, whole } = parseHistory(await textOf(files.history));
  if (whole && rows.length >= atLeast) return rows;
  const known = (await readResumeRows(files.last)) ?? [];
  return known.length > rows.length ? [...known] : rows;
}

/** @returns "" for a file that is not there */
async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

/** The rows before the first line that is damaged or out of order; whether that was none, and there was one at all. */
function parseHistory(text: string): { rows: Epoch[]; whole: boolean } {
  const rows: Epoch[] = [];
  const lines = text.split('\n').filter((line) => line !== '');
  for (const line of lines) {
    const row = parseRow(line);
    if (row?.epoch !== rows.length) break;
    rows.push(row);
  }
  return { rows, whole: rows.length > 0 && rows.length === lines.length };
}

function parseRow(line: string): Epoch | null {
  try {
    return epochSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/**
 * Makes history.jsonl end with the resume point's epoch, whatever a crash left there.
 * @param known the resume point's rows, or the last of them alone where it is of an earlier version
 */
export async function repairHistory(
  path: string,
  epochs: number,
  known: readonly Epoch[] | Epoch,
  before?: () => void,
): Promise<Epoch[]> {
  const rows = 'length' in known ? [...known] : [...parseHistory(await textOf(path)).rows.slice(0, epochs - 1), known];
  await writeAtomically(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), before);
  return rows;
}

export async function appendHistory(path: string, row: Epoch): Promise<void> {
  await appendLine(path, JSON.stringify(row));
}
