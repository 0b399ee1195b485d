import { fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tensorflowEnvironment } from '../runtime/find.ts';
import { entryUrl } from '../platform/entries.ts';
import type { TrialLauncher, TrialProcess } from './launcher.ts';

/** Runs trials as child processes of this one. Their output goes to the trial's log.txt. */
export const forkLauncher: TrialLauncher = {
  launch(folder, log): TrialProcess {
    const output = createWriteStream(log, { flags: 'a' });
    const child = fork(fileURLToPath(entryUrl('trial')), [folder], {
      env: tensorflowEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    // a full disk or a missing folder must not end the lab; the trial itself reports what it cannot write
    output.on('error', () => {
      child.stdout?.resume();
      child.stderr?.resume();
    });
    child.on('close', () => output.end());
    child.stdout?.pipe(output, { end: false });
    child.stderr?.pipe(output, { end: false });
    return {
      pid: child.pid,
      send: (command) => void (child.connected && child.send(command)),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => {
        let told = false;
        const once = (code: number | null, signal: string | null) => {
          if (!told) listener({ code, signal });
          told = true;
        };
        child.on('exit', once);
        child.on('error', () => once(-1, null)); // could not be started
      },
      kill: () => void child.kill('SIGKILL'),
    };
  },
};
