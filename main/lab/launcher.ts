import { fileURLToPath } from 'node:url';
import { entryUrl } from '../platform/entries.ts';

/** What a door needs to start trials in processes of its own kind. */
export type { Exit, TrialLauncher, TrialProcess } from '../executors/launcher.ts';
export { tensorflowEnvironment } from '../runtime/find.ts';

/** The file in which a trial's process begins; its one argument is the trial's folder. */
export function trialEntry(): string {
  return fileURLToPath(entryUrl('trial'));
}
