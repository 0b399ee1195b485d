import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import { engineChoiceSchema, type Prediction, trialEnvironmentSchema } from '../../shared/contract/trial.ts';
import { endingOf } from '../../shared/domain/study/ending.ts';
import { predictionsFault } from './check-predictions.ts';
import { decodePredictions } from './predictions.ts';
import { hashFile, readSealed } from '../platform/atomic.ts';
import { requireChecksum } from '../training/checksum.ts';
import { decodeSafetensors } from '../models/safetensors.ts';
import { readHistory, readTrialConfig, readTrialState, trialFiles } from './trial-folder.ts';

/**
 * The predictions of a finished trial, after they and the configuration were held to their recorded hashes. Where there are none, as
 * in projects of before, or where it is asked for, row by row to the images and truths of the configuration: that takes longer, and
 * finds nothing that the hashes of files written together do not.
 * @returns null while the trial is not finished
 * @throws LabError "damaged-file" that names the file and what is wrong
 */
export async function readVerifiedPredictions(folder: string, rowByRow = false): Promise<Prediction[] | null> {
  const state = await readTrialState(folder);
  if (state?.state !== 'finished') return null;
  const { predictions: path, config: configPath } = trialFiles(folder);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new LabError('damaged-file', `The trial is finished, but its predictions are missing: ${toEnvelope(error).message}`, {
      path,
    });
  });
  const hash = state.files?.[basename(path)];
  if (hash !== undefined && hash !== createHash('sha256').update(bytes).digest('hex')) throw changed(path);
  const rows = decodePredictions(bytes.toString('utf8'), path);
  const configHash = state.files?.[basename(configPath)];
  if (configHash !== undefined && configHash !== (await hashFile(configPath))) throw changed(configPath);
  if (hash !== undefined && configHash !== undefined && !rowByRow) return rows;
  const { config } = await readTrialConfig(folder);
  const fault = predictionsFault(rows, config);
  if (fault) throw new LabError('damaged-file', `${path} does not belong to this trial: ${fault}.`, { path });
  return rows;
}

function changed(path: string): LabError {
  const message = `${path} was changed after the trial had finished: its SHA-256 is not the recorded one.`;
  return new LabError('damaged-file', message, { path });
}

/** What is wrong with one file. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/**
 * Holds every file of a trial to what is known of it: seals, recorded hashes, checksums within checkpoints, the configuration's
 * hash in the study, the images and truths of the predictions, the number of epochs.
 * @param expected the configuration's SHA-256 as the study recorded it; undefined for studies of earlier versions
 */
export async function verifyTrial(folder: string, expected: string | undefined): Promise<Fault[]> {
  const files = trialFiles(folder);
  const faults: Fault[] = [];
  const attempt = async (path: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      faults.push({ path, message: toEnvelope(error).message });
    }
  };
  const optional = (path: string, work: () => Promise<unknown>) => (existsSync(path) ? attempt(path, work) : undefined);

  let started = false;
  await attempt(files.config, async () => {
    const { hash } = await readTrialConfig(folder);
    if (expected !== undefined && hash !== expected)
      throw new LabError('damaged-file', `${files.config} is not the configuration that the study was started with.`);
  });
  await attempt(files.state, async () => {
    const state = await readTrialState(folder);
    started = state !== null;
    if (!state && (await readdir(folder)).some((name) => name === basename(files.last)))
      throw new LabError('not-found', `${files.state} is missing, though the trial was started.`);
    for (const [name, hash] of Object.entries(state?.files ?? {})) {
      const path = join(folder, name);
      await attempt(path, async () => {
        if ((await hashFile(path)) !== hash) throw changed(path);
      });
    }
    if (state?.state === 'finished') {
      await attempt(files.predictions, () => readVerifiedPredictions(folder, true));
      await attempt(files.history, async () => {
        const [rows, { config }] = await Promise.all([readHistory(folder), readTrialConfig(folder)]);
        const { epochs, cooldownEpochs } = config.training;
        if (endingOf(rows, config.training) === null)
          throw new LabError('damaged-file', `${files.history} has ${rows.length} of ${epochs + cooldownEpochs} epochs.`);
      });
    }
  });
  if (started) await attempt(files.history, () => readHistory(folder));
  await optional(files.engine, () => readSealed(engineChoiceSchema, files.engine, 'engine choice'));
  await optional(files.environment, () => readSealed(trialEnvironmentSchema, files.environment, 'environment'));
  for (const path of [files.best, files.last])
    await optional(path, async () => requireChecksum(decodeSafetensors(await readFile(path), path), path));
  const once = new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault]));
  return [...once.values()];
}
