import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import { sameProcessLives } from '../platform/process-lives.ts';
import { readHolder } from '../project/lease.ts';
import { readHistory } from '../project/trial-folder.ts';
import { cancelling, type Job, type JobId } from './executor.ts';

/** How often its folder is looked at, ms. */
const LOOK_MS = 500;

/**
 * A trial's process of this machine that this lab did not start, or not in this life: it is found by its lease, heard by its history,
 * and told to stop by a signal.
 * @returns null when it has ended, or when another process has the folder
 */
export function followProcess(folder: string, id: JobId): Job | null {
  const holder = readHolder(folder);
  if (holder?.host !== hostname() || String(holder.pid) !== id || !sameProcessLives(holder)) return null;
  const events = new EventEmitter();
  const signal = (name: NodeJS.Signals) => {
    try {
      if (sameProcessLives(holder)) process.kill(holder.pid, name);
    } catch {
      // it has ended, or is another user's: its end will be seen, or not
    }
  };
  const { cancel, ended } = cancelling(
    () => signal('SIGTERM'),
    () => signal('SIGKILL'),
  );
  let told: number | null = null;
  const tellEpochs = async () => {
    const rows = await readHistory(folder).catch(() => []);
    for (const row of rows.slice(told ?? rows.length)) events.emit('message', { type: 'epoch', row });
    told = Math.max(told ?? 0, rows.length);
  };
  let looking = tellEpochs(); // what there was before is known already
  const timer = setInterval(() => {
    const lives = sameProcessLives(holder);
    looking = looking.then(tellEpochs);
    if (lives) return;
    clearInterval(timer);
    ended();
    void looking.then(() => events.emit('exit', { code: null, signal: null }));
  }, LOOK_MS);
  timer.unref();
  return {
    id,
    state: () => (sameProcessLives(holder) ? 'running' : 'ended'),
    cancel,
    kill: () => signal('SIGKILL'),
    onMessage: (listener) => void events.on('message', listener),
    onExit: (listener) => void events.on('exit', listener),
  };
}
