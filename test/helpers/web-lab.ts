import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A served lab in a process of its own, with empty folders for its state and projects. */
export interface WebLab {
  /** address with the one-time token */
  readonly url: string;
  /** the same without the token */
  readonly origin: string;
  readonly projects: string;
  stop(): Promise<void>;
}

/** Starts `magnilab serve`, with more arguments where given; the compute runtime and the demo tissue are shared with other runs (MAGNILAB_CACHE is left alone). */
export async function startWebLab(...args: string[]): Promise<WebLab> {
  const folder = await mkdtemp(join(tmpdir(), 'magnilab-web-'));
  const projects = join(folder, 'projects');
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../bin/magnilab.js', import.meta.url)), 'serve', '--json', '--port', '0', ...args],
    {
      env: { ...process.env, MAGNILAB_STATE: join(folder, 'state'), MAGNILAB_PROJECTS: projects },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let errors = '';
  child.stderr.on('data', (data) => (errors += String(data)));
  const url = await firstAnswer(child.stdout, once(child, 'exit'), () => errors);
  return {
    url,
    origin: new URL(url).origin,
    projects,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function firstAnswer(stdout: NodeJS.ReadableStream, exit: Promise<unknown>, errors: () => string): Promise<string> {
  let text = '';
  const answer = new Promise<string>((resolve) => {
    stdout.on('data', (data) => {
      text += String(data);
      try {
        resolve((JSON.parse(text) as { url: string }).url);
      } catch {
        // not all of it yet
      }
    });
  });
  const died = exit.then(() => {
    throw new Error(`magnilab serve ended before it gave an address:\n${errors()}`);
  });
  died.catch(() => {});
  return Promise.race([answer, died]);
}
