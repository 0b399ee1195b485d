import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { LabError } from '../../shared/contract/errors.ts';
import type { TrialCommand } from '../../shared/contract/trial.ts';
import { type EntryName, entryPath } from '../platform/entries.ts';
import { trialFiles } from '../project/trial-folder.ts';
import { tensorflowEnvironment } from '../runtime/find.ts';
import { cancelling, type Executor, type Job, logOf, trialArguments } from './executor.ts';
import { followProcess } from './follow-process.ts';

const NAME = 'local';

/** Runs trials as child processes of this one; they stop when it goes away. Their output goes to the trial's log.txt. */
export function localExecutor({ slots = 1 } = {}): Executor {
  const jobs = new Map<string, Job>();
  return {
    name: NAME,
    slots,
    async submit(folder, resources) {
      const job = await start('trial', trialArguments(folder, NAME, resources), logOf(folder));
      jobs.set(job.id, job);
      job.onExit(() => jobs.delete(job.id));
      return job.id;
    },
    attach: (folder, id) => jobs.get(id) ?? followProcess(folder, id),
    prepare(folders, { engine, share }) {
      const options = [
        ...(engine === undefined ? [] : ['--engine', engine]),
        ...(share === undefined ? [] : ['--share', `${share}`]),
      ];
      return start('choose', [...folders, ...options], trialFiles(folders[0]).log);
    },
  };
}

async function start(entry: EntryName, args: string[], log: string): Promise<Job> {
  const child = fork(entryPath(entry), args, {
    env: tensorflowEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  keepOutput(child, log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(new LabError('trial-failed', `The process of the trial could not be started: ${error.message}.`)),
    );
  });
  return jobOf(child);
}

function keepOutput(child: ChildProcess, log: string): void {
  const output = createWriteStream(log, { flags: 'a' });
  // a full disk or a missing folder must not end the lab; the trial itself reports what it cannot write
  output.on('error', () => {
    child.stdout?.resume();
    child.stderr?.resume();
  });
  child.on('close', () => output.end());
  child.stdout?.pipe(output, { end: false });
  child.stderr?.pipe(output, { end: false });
}

function jobOf(child: ChildProcess): Job {
  const kill = () => void child.kill('SIGKILL');
  const { cancel, ended } = cancelling(() => void (child.connected && child.send({ type: 'stop' } satisfies TrialCommand)), kill);
  child.on('error', () => {}); // a message that did not reach it: "exit" follows
  child.on('exit', ended);
  return {
    id: String(child.pid),
    state: () => (child.exitCode === null && child.signalCode === null ? 'running' : 'ended'),
    cancel,
    kill,
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code, signal) => listener({ code, signal })),
  };
}
