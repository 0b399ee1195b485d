import type { TrialMessage } from '../../shared/contract/trial.ts';
import { Throttle } from '../platform/throttle.ts';

/** Whoever started this process. */
export interface Parent {
  send(message: TrialMessage): void;
  close(): void;
}

/** Electron's utility process speaks by `process.parentPort`, a forked Node process by `process.send`. */
interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

const STEP_INTERVAL_MS = 200;

/** Finds the parent and passes its messages on. When the parent goes, the trial stops: it can be resumed. */
export function openParent(onMessage: (message: unknown) => void): Parent {
  const port = (process as unknown as { parentPort?: UtilityPort }).parentPort;
  const post = port
    ? (m: TrialMessage) => port.postMessage(m)
    : process.send
      ? (m: TrialMessage) => void process.send!(m)
      : printLine;
  port?.on('message', (event) => onMessage(event.data));
  process.on('message', onMessage);
  process.on('disconnect', () => onMessage({ type: 'stop' }));
  const throttle = new Throttle(STEP_INTERVAL_MS);
  return {
    send(message) {
      // the first step of an epoch is always told: it says that the epoch has begun
      const transient = (message.type === 'step' && message.step > 1) || message.type === 'phase';
      if (transient && !throttle.isDue()) return; // a fast network makes hundreds of steps a second
      if (process.connected !== false) post(message);
    },
    close() {
      if (port) setImmediate(() => process.exit());
      else if (process.connected) process.disconnect();
    },
  };
}

/** Without a parent: one line of JSON per epoch and event. */
function printLine(message: TrialMessage): void {
  if (message.type !== 'step' && message.type !== 'phase') process.stderr.write(`${JSON.stringify(message)}\n`);
}
