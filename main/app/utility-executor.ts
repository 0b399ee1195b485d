import { createWriteStream } from 'node:fs';
import { constants } from 'node:os';
import type { ForkOptions, UtilityProcess } from 'electron';
import { cancelling, type Executor, type Exit, type Job, logOf, trialArguments } from '../executors/executor.ts';
import { followProcess } from '../executors/follow-process.ts';
import { entryPath } from '../platform/entries.ts';
import { tensorflowEnvironment } from '../runtime/find.ts';

type Child = Pick<UtilityProcess, 'pid' | 'stdout' | 'stderr' | 'postMessage' | 'kill'> & {
  on(event: 'spawn', listener: () => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  on(event: 'error', listener: (type: string, location: string) => void): unknown;
};
export type ForkUtility = (entry: string, args: string[], options: ForkOptions) => Child;

const NAME = 'utility';

/**
 * Runs trials as Electron utility processes: Node without a page, watched by Electron. Their output goes to the trial's log.txt.
 * @param fork utilityProcess.fork
 * @param killProcess process.kill; for tests
 */
export function utilityExecutor(fork: ForkUtility, killProcess: typeof process.kill = process.kill): Executor {
  const jobs = new Map<string, Job>();
  return {
    name: NAME,
    slots: 1,
    async submit(folder, resources) {
      const output = createWriteStream(logOf(folder), { flags: 'a' });
      output.on('error', () => {}); // a full disk is the trial's to report
      const child = fork(entryPath('trial'), trialArguments(folder, NAME, resources), {
        env: utilityEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        serviceName: 'Magnilab trial',
        allowLoadingUnsignedLibraries: true, // macOS: the addon is built on this machine
      });
      child.stdout?.pipe(output, { end: false });
      child.stderr?.pipe(output, { end: false });
      child.on('error', (type, location) => output.write(`${type} ${location}\n`)); // "exit" follows
      child.on('exit', () => output.end());
      const exit = new Promise<Exit>((resolve) => child.on('exit', (code) => resolve(exitOf(code))));
      await Promise.race([new Promise<void>((resolve) => child.on('spawn', resolve)), exit]);
      const job = jobOf(child, String(child.pid), exit, killProcess);
      jobs.set(job.id, job);
      void exit.then(() => jobs.delete(job.id));
      return job.id;
    },
    attach: (folder, id) => jobs.get(id) ?? followProcess(folder, id),
  };
}

function jobOf(child: Child, id: string, exit: Promise<Exit>, killProcess: typeof process.kill): Job {
  let state: 'running' | 'ended' = 'running';
  const kill = () => {
    // kill() of a utility process is SIGTERM, which a trial in the middle of a step does not hear
    try {
      if (child.pid !== undefined) killProcess(child.pid, 'SIGKILL');
    } catch {
      child.kill();
    }
  };
  const { cancel, ended } = cancelling(() => child.postMessage({ type: 'stop' }), kill);
  void exit.then(() => {
    state = 'ended';
    ended();
  });
  return {
    id,
    state: () => state,
    cancel,
    kill,
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exit.then(listener),
  };
}

/** A utility process is no Node process of Electron's binary: the variable that makes one would keep it from starting. */
function utilityEnvironment(): Record<string, string> {
  const { ELECTRON_RUN_AS_NODE: _, ...environment } = tensorflowEnvironment();
  return Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * Electron gives what the system says: on POSIX the status of waitpid for a process that was killed, whose low seven bits are
 * the signal (137, a shell's way to say "killed", has the same ones).
 */
export function exitOf(code: number, platform: NodeJS.Platform = process.platform): Exit {
  if (platform === 'win32' || code <= 1) return { code, signal: null };
  const number = code & 0x7f;
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  if (signal) return { code: null, signal };
  return { code: code > 255 ? code >> 8 : code, signal: null };
}
