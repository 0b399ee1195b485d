/**
 * The trial process: `node trial.ts RUN_FOLDER [--engine ENGINE]`. It is given one folder with config.json and writes only below that folder and
 * the pixel cache that the config names. Started by the desktop, the command line or a cluster job alike: with a parent it
 * speaks by messages, without one by lines on stderr.
 */
import { availableParallelism, cpus, hostname, release, type } from 'node:os';
import { resolve } from 'node:path';
import pino from 'pino';
import { toEnvelope } from '../../shared/contract/errors.ts';
import {
  type EngineChoice,
  PASSING_ERRORS,
  type TrialConfig,
  type TrialEnvironment,
  trialCommandSchema,
  type TrialMessage,
  type TrialStateFile,
} from '../../shared/contract/trial.ts';
import { isBaseline } from '../../shared/domain/study/baselines.ts';
import { Pictures } from '../pictures/pictures.ts';
import { tfjsVersion } from '../runtime/find.ts';
import { describeCandidate } from '../tuning/candidates.ts';
import { loadTensorFlow } from '../runtime/load.ts';
import { writeSealed } from '../platform/atomic.ts';
import { type Lease, takeLease } from '../project/lease.ts';
import { version } from '../platform/version.ts';
import { applyChoice } from '../tuning/engine-choice.ts';
import { engineOf } from './engine-of.ts';
import { openParent } from './parent.ts';
import { BASELINE_VIEW, runBaseline } from './run-baseline.ts';
import { runTrial, type TrialOutcome } from './run-trial.ts';
import { trialOptions } from './trial-options.ts';
import {
  hashTrialFiles,
  placeConfig,
  readHistory,
  type ReadConfig,
  readTrialConfig,
  trialFiles,
  writeTrialState,
} from '../project/trial-folder.ts';

const { folders, executor, ...resources } = trialOptions();
const [folder = resolve('.')] = folders;
const files = trialFiles(folder);
const startedAt = new Date();
const stop = new AbortController();

const parent = openParent((command) => {
  if (trialCommandSchema.safeParse(command).success) stopSoon();
});
process.on('SIGTERM', stopSoon);
process.on('SIGINT', stopSoon);

function stopSoon(): void {
  stop.abort();
}

process.exitCode = await main();
parent.close();

async function main(): Promise<number> {
  try {
    const read = await readTrialConfig(folder); // before anything is written
    const lease = await takeLease(folder);
    try {
      return await runLeased(read, lease);
    } finally {
      lease.release();
    }
  } catch (error) {
    parent.send({ type: 'failed', error: toEnvelope(error) });
    return 1;
  }
}

async function runLeased(read: ReadConfig, lease: Lease): Promise<number> {
  const { check } = lease;
  const destination = pino.destination({ dest: files.log, sync: true, append: true });
  destination.on('error', () => {}); // what is said must not end the trial, e.g. on a full disk
  const log = pino(destination);
  const send = (message: TrialMessage) => {
    if (message.type === 'epoch' || message.type === 'ready' || message.type === 'notice') log.info(message);
    parent.send(message);
  };
  const writeState = (state: TrialStateFile) => writeTrialState(folder, state, check);
  try {
    const { pid } = process;
    await writeState({ state: 'running', pid, executor, job: String(pid), host: hostname() });
    const outcome = await runFromResumePoint(read, send, lease);
    await writeState(outcome.stopped ? { state: 'interrupted' } : { state: 'finished', files: await hashTrialFiles(folder) });
    send(outcome.stopped ? { type: 'stopped', epoch: outcome.epochs } : { type: 'done' });
    return 0;
  } catch (error) {
    if (error === stop.signal.reason) {
      await writeState({ state: 'interrupted' }); // stopped while the engine was chosen
      send({ type: 'stopped', epoch: (await readHistory(folder)).length });
      return 0;
    }
    log.error(error);
    const envelope = toEnvelope(error);
    const passing = PASSING_ERRORS.includes(envelope.code);
    // what cannot be written, because the disk is full or the folder is another's, must not hide what went wrong
    await writeState({ state: passing ? 'interrupted' : 'failed', error: envelope }).catch((e: unknown) => log.error(e));
    throw error;
  }
}

async function runFromResumePoint(
  { config: written, hash }: ReadConfig,
  send: (message: TrialMessage) => void,
  { check, token }: Lease,
): Promise<Pick<TrialOutcome, 'stopped' | 'epochs'>> {
  const config = await placeConfig(folder, written);
  if (isBaseline(config.model)) return runWithoutTensorFlow(config, send, check);
  const resumedAtEpoch = (await readHistory(folder)).length;
  const onMeasure = (done: number, total: number) => send({ type: 'phase', phase: 'tuning', done, total });
  const choice = await engineOf(files.engine, config, resumedAtEpoch, { ...resources, signal: stop.signal, onMeasure });
  if (choice.batchSize < config.training.batchSize && choice.batchSize < config.train.length)
    send({
      type: 'notice',
      text: `A batch of ${choice.plannedBatchSize} does not fit into memory: training with ${choice.batchSize}.`,
    });
  applyChoice(choice);
  const { device, version: tensorflow } = await loadTensorFlow();
  const engine = describeCandidate(choice);
  send({ type: 'ready', device, tensorflow, engine, resumedAtEpoch });
  const environment: TrialEnvironment = { ...describe(tensorflow, device, engine), computation: computationOf(choice, null) };
  await writeSealed(files.environment, environment, check);
  const outcome = await runTrial({ folder, config, hash, token, hooks: { send, signal: stop.signal, check } }, choice);
  const { compiled } = outcome;
  await writeSealed(
    files.environment,
    {
      ...environment,
      ...(compiled && { engine: describeCandidate({ ...choice, ...compiled }) }),
      computation: computationOf(outcome.choice, compiled),
      finishedAt: new Date().toISOString(),
      trainingSeconds: outcome.trainingSeconds,
    } satisfies TrialEnvironment,
    check,
  );
  return outcome;
}

/** A baseline is no network: nothing is compiled, and there is nothing to resume. */
async function runWithoutTensorFlow(
  config: TrialConfig,
  send: (message: TrialMessage) => void,
  check: () => void,
): Promise<{ stopped: boolean; epochs: number }> {
  const own = { device: 'cpu', tensorflow: 'not used', engine: 'none' };
  send({ type: 'ready', ...own, resumedAtEpoch: 0 });
  const environment = describe(own.tensorflow, own.device, own.engine);
  await writeSealed(files.environment, environment, check);
  const hooks = { send, signal: stop.signal, check };
  const { stopped, seconds } = await runBaseline(folder, config, new Pictures(config, BASELINE_VIEW, hooks), hooks);
  const finished = { finishedAt: new Date().toISOString(), trainingSeconds: seconds };
  await writeSealed(files.environment, { ...environment, ...finished } satisfies TrialEnvironment, check);
  return { stopped, epochs: stopped ? 0 : 1 };
}

function computationOf(choice: EngineChoice, compiled: TrialOutcome['compiled']): NonNullable<TrialEnvironment['computation']> {
  const refusals = compiled?.refusals.map(({ rung, reason }) => `${rung}: ${reason.slice(0, 500)}`) ?? [];
  return { ...choice, ranOn: compiled?.rung ?? null, refusals };
}

function describe(tensorflow: string, device: string, engine: string): TrialEnvironment {
  return {
    magnilab: version,
    node: process.versions.node,
    tfjs: tfjsVersion,
    tensorflow,
    device,
    engine,
    os: `${type()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    oneDnn: process.env.TF_ENABLE_ONEDNN_OPTS !== '0',
    startedAt: startedAt.toISOString(),
    finishedAt: null,
    trainingSeconds: 0,
  };
}
