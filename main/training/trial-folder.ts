import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LabError, parseOrThrow } from '../../shared/contract/errors.ts';
import { type Epoch, epochSchema, type TrialConfig, trialConfigSchema } from '../../shared/contract/trial.ts';
import { appendLine, readJson, writeAtomically } from '../store/atomic.ts';

/** The files of a trial, all below runs/<id>/. */
export function trialFiles(folder: string) {
  return {
    config: join(folder, 'config.json'),
    state: join(folder, 'state.json'),
    history: join(folder, 'history.jsonl'),
    last: join(folder, 'checkpoint-last.safetensors'),
    best: join(folder, 'checkpoint-best.safetensors'),
    predictions: join(folder, 'predictions.csv'),
    environment: join(folder, 'environment.json'),
    engine: join(folder, 'engine.json'),
    log: join(folder, 'log.txt'),
  };
}

/**
 * Reads and checks config.json. The trial's id must be its folder's name, and image paths must stay in the data set.
 * @throws LabError "not-found", "damaged-file", "bad-input" or "outside-folder", naming the field
 */
export async function readTrialConfig(folder: string): Promise<{ config: TrialConfig; hash: string }> {
  const path = trialFiles(folder).config;
  const config = parseOrThrow(trialConfigSchema, await readJson(path, 'trial configuration'), path);
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
  const hash = createHash('sha256').update(JSON.stringify(config)).digest('hex');
  return { config, hash };
}

/** Whether a relative path stays below its folder. */
function inside(folder: string, path: string): boolean {
  const root = resolve(folder);
  return resolve(root, path).startsWith(
    root.endsWith('/') || root.endsWith('\\') ? root : `${root}${process.platform === 'win32' ? '\\' : '/'}`,
  );
}

/** The finished epochs, in order. A last line that was cut by a crash is left out. */
export async function readHistory(path: string): Promise<Epoch[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const rows: Epoch[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      rows.push(epochSchema.parse(JSON.parse(line)));
    } catch {
      break; // torn by a crash: the resume point knows this epoch, or it is trained again
    }
  }
  return rows;
}

/** Makes history.jsonl end with the resume point's epoch, whatever a crash left there. */
export async function repairHistory(path: string, epochs: number, last: Epoch): Promise<Epoch[]> {
  const kept = (await readHistory(path)).slice(0, epochs - 1);
  const rows = [...kept, last];
  await writeAtomically(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return rows;
}

export async function appendHistory(path: string, row: Epoch): Promise<void> {
  await appendLine(path, JSON.stringify(row));
}
