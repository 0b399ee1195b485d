import { fileURLToPath } from 'node:url';
import { entryUrl } from '../store/entry-path.ts';

/** What a door needs to start trials in processes of its own kind. */
export type { Exit, TrialLauncher, TrialProcess } from '../executors/launcher.ts';
export { tensorflowEnvironment } from '../engine/runtime.ts';

/** The file in which a trial's process begins; its one argument is the trial's folder. */
export function trialEntry(): string {
  return fileURLToPath(entryUrl('trial'));
}
