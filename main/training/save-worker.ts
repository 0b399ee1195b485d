/**
 * Worker thread of {@link EpochSaver}: turns weights into files, writes them in the order that they are given in, and then the epoch's
 * line of history. It loads no TensorFlow.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorEnvelope, toEnvelope } from '../../shared/contract/errors.ts';
import type { Epoch } from '../../shared/contract/trial.ts';
import { requireLease } from '../project/lease.ts';
import { appendHistory, trialFiles } from '../project/trial-folder.ts';
import { type Checkpoint, writeCheckpoint } from './checkpoint.ts';

/** What the thread is given when it starts. */
export interface SaveWorkerData {
  readonly folder: string;
  /** of the trial's lease */
  readonly token: string;
}

/** A finished epoch: its checkpoints, in the order of writing. */
export interface SaveRequest {
  readonly checkpoints: readonly Checkpoint[];
  readonly row: Epoch;
}
/** Why it could not be written; null when it is on disk. */
export type SaveAnswer = ErrorEnvelope | null;

const port = parentPort!;
const { folder, token } = workerData as SaveWorkerData;
const { history } = trialFiles(folder);
const check = () => requireLease(folder, token);

port.on('message', ({ checkpoints, row }: SaveRequest) => {
  const answer = (value: SaveAnswer) => port.postMessage(value);
  write(checkpoints, row).then(
    () => answer(null),
    (error: unknown) => answer(toEnvelope(error)),
  );
});

async function write(checkpoints: readonly Checkpoint[], row: Epoch): Promise<void> {
  for (const checkpoint of checkpoints) await writeCheckpoint(checkpoint, check);
  check();
  await appendHistory(history, row);
}
