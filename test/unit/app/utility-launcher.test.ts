import { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ForkOptions } from 'electron';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitOf, type ForkUtility, utilityLauncher } from '../../../main/app/utility-launcher.ts';

class FakeChild extends EventEmitter {
  pid: number | undefined = 4242;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly postMessage = vi.fn();
  readonly kill = vi.fn(() => true);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magnilab-utility-'));
});
afterAll(() => rm(folder, { recursive: true }));

function launch(log: string) {
  const child = new FakeChild();
  const forked: { entry: string; args: string[]; options: ForkOptions }[] = [];
  const fork: ForkUtility = (entry, args, options) => {
    forked.push({ entry, args, options });
    return child;
  };
  const kill = vi.fn(() => true as const);
  const trial = utilityLauncher(fork, kill).launch('/project/runs/a', log);
  return { child, trial, kill, ...forked[0] };
}

describe('trials as utility processes', () => {
  it('start with the trial entry, its folder and what TensorFlow reads', () => {
    const { entry, args, options } = launch(join(folder, 'start.txt'));
    expect(entry).toMatch(/training[\\/]trial\.ts$/);
    expect(args).toEqual(['/project/runs/a']);
    expect(options.env).toMatchObject({ TF_FORCE_GPU_ALLOW_GROWTH: 'true', PATH: process.env.PATH });
    expect(options.env).not.toHaveProperty('ELECTRON_RUN_AS_NODE');
    expect(options.stdio).toEqual(['ignore', 'pipe', 'pipe']);
  });

  it('speak by messages', () => {
    const { child, trial } = launch(join(folder, 'speak.txt'));
    const heard: unknown[] = [];
    trial.onMessage((message) => heard.push(message));
    child.emit('message', { type: 'done' });
    expect(heard).toEqual([{ type: 'done' }]);
    trial.send({ type: 'stop' });
    expect(child.postMessage).toHaveBeenCalledWith({ type: 'stop' });
    expect(trial.pid).toBe(4242);
  });

  it('leave their last words in the log', async () => {
    const log = join(folder, 'log.txt');
    const { child, trial } = launch(log);
    const exits: unknown[] = [];
    trial.onExit((exit) => exits.push(exit));
    child.stdout.write('out\n');
    child.stderr.write('F tensorflow: out of memory\n');
    await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toContain('out of memory'));
    child.emit('exit', 9);
    expect(exits).toEqual([process.platform === 'win32' ? { code: 9, signal: null } : { code: null, signal: 'SIGKILL' }]);
    expect(await readFile(log, 'utf8')).toContain('out\n');
  });

  it('are killed at once, though they do not hear SIGTERM in the middle of a step', () => {
    const { child, trial, kill } = launch(join(folder, 'kill.txt'));
    trial.kill();
    expect(kill).toHaveBeenCalledWith(4242, 'SIGKILL');
    child.pid = undefined; // it has ended
    trial.kill();
    expect(kill).toHaveBeenCalledOnce();
  });

  it.each([
    [0, 'linux', { code: 0, signal: null }],
    [1, 'linux', { code: 1, signal: null }],
    [9, 'linux', { code: null, signal: 'SIGKILL' }],
    [137, 'linux', { code: null, signal: 'SIGKILL' }],
    [11 | 0x80, 'linux', { code: null, signal: 'SIGSEGV' }],
    [15, 'darwin', { code: null, signal: 'SIGTERM' }],
    [256, 'linux', { code: 1, signal: null }],
    [9, 'win32', { code: 9, signal: null }],
  ] as const)('end with %d on %s: %j', (code, platform, exit) => expect(exitOf(code, platform)).toEqual(exit));
});
