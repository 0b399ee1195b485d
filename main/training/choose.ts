/**
 * Chooses how trials compute, one after the other, before several of them run at once: `node choose.ts RUN_FOLDER ...`. What is
 * measured here is remembered, so that they do not measure beside each other. A trial that cannot choose says why when it runs.
 */
import { isBaseline } from '../../shared/domain/study/baselines.ts';
import { takeLease } from '../project/lease.ts';
import { placeConfig, readHistory, readTrialConfig, trialFiles } from '../project/trial-folder.ts';
import { engineOf } from './engine-of.ts';
import { openParent } from './parent.ts';
import { trialOptions } from './trial-options.ts';

const { folders, engine, share } = trialOptions();
const stop = new AbortController();
const parent = openParent(() => stop.abort());
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

for (const folder of folders) {
  if (stop.signal.aborted) break;
  await choose(folder).catch(() => {});
}
parent.close();

async function choose(folder: string): Promise<void> {
  const { config } = await readTrialConfig(folder);
  if (isBaseline(config.model)) return; // nothing is computed by TensorFlow
  const lease = await takeLease(folder);
  try {
    const onMeasure = (done: number, total: number) => parent.send({ type: 'phase', phase: 'tuning', done, total });
    const options = { engine, share, signal: stop.signal, onMeasure };
    await engineOf(trialFiles(folder).engine, await placeConfig(folder, config), (await readHistory(folder)).length, options);
  } finally {
    lease.release();
  }
}
