/**
 * The trial process: `node trial.ts RUN_FOLDER`. It is given one folder with config.json and writes only below that folder and
 * the pixel cache that the config names. Started by the desktop, the command line or a cluster job alike: with a parent it
 * speaks by messages, without one by lines on stderr.
 */
import { availableParallelism, cpus, release, type } from 'node:os';
import { resolve } from 'node:path';
import pino from 'pino';
import { toEnvelope } from '../../shared/contract/errors.ts';
import {
  type TrialEnvironment,
  trialCommandSchema,
  type TrialMessage,
  type TrialStateFile,
} from '../../shared/contract/trial.ts';
import { tfjsVersion } from '../engine/runtime.ts';
import { loadTensorFlow } from '../engine/tensorflow.ts';
import { writeJson } from '../store/atomic.ts';
import { version } from '../store/version.ts';
import { openParent } from './parent.ts';
import { runTrial } from './run-trial.ts';
import { readHistory, readTrialConfig, trialFiles } from './trial-folder.ts';

const folder = resolve(process.argv[2] ?? '.');
const files = trialFiles(folder);
const startedAt = new Date();
let stopping = false;

const parent = openParent((command) => {
  if (trialCommandSchema.safeParse(command).success) stopping = true;
});
process.on('SIGTERM', () => (stopping = true));
process.on('SIGINT', () => (stopping = true));

process.exitCode = await main();
parent.close();

async function main(): Promise<number> {
  let state: TrialStateFile = { state: 'running', pid: process.pid };
  try {
    const { config, hash } = await readTrialConfig(folder); // before anything is written
    const log = pino(pino.destination({ dest: files.log, sync: true, append: true }));
    const send = (message: TrialMessage) => {
      if (message.type === 'epoch' || message.type === 'ready') log.info(message);
      parent.send(message);
    };
    try {
      await writeJson(files.state, state);
      const { device, version: tensorflow } = await loadTensorFlow();
      const engine = 'eager';
      const resumedAtEpoch = (await readHistory(files.history)).length;
      send({ type: 'ready', device, tensorflow, engine, resumedAtEpoch });
      const environment = describe(tensorflow, device, engine);
      await writeJson(files.environment, environment);
      const outcome = await runTrial(folder, config, hash, { send, stopped: () => stopping });
      await writeJson(files.environment, {
        ...environment,
        finishedAt: new Date().toISOString(),
        trainingSeconds: outcome.trainingSeconds,
      });
      state = { state: outcome.stopped ? 'interrupted' : 'finished' };
      await writeJson(files.state, state);
      send(outcome.stopped ? { type: 'stopped', epoch: outcome.epochs } : { type: 'done' });
      return 0;
    } catch (error) {
      log.error(error);
      await writeJson(files.state, { state: 'failed', error: toEnvelope(error) } satisfies TrialStateFile);
      throw error;
    }
  } catch (error) {
    parent.send({ type: 'failed', error: toEnvelope(error) });
    return 1;
  }
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
