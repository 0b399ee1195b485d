import { fileURLToPath } from 'node:url';
import { entryUrl } from '../platform/entries.ts';

/** What a door needs to start trials in processes of its own kind. */
export { cancelling, type Executor, type Exit, type Job, trialArguments } from '../executors/executor.ts';
export { followProcess } from '../executors/follow-process.ts';
export { trialFiles } from '../project/trial-folder.ts';
export { tensorflowEnvironment } from '../runtime/find.ts';

/** The file in which a trial's process begins. */
export function trialEntry(): string {
  return fileURLToPath(entryUrl('trial'));
}
