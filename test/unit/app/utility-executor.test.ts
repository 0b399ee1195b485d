import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ForkOptions } from 'electron';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitOf, type ForkUtility, utilityExecutor } from '../../../main/app/utility-executor.ts';

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

async function launch(name: string) {
  const run = join(folder, name);
  await mkdir(run);
  const child = new FakeChild();
  const forked: { entry: string; args: string[]; options: ForkOptions }[] = [];
  const fork: ForkUtility = (entry, args, options) => {
    forked.push({ entry, args, options });
    return child;
  };
  const kill = vi.fn(() => true as const);
  const executor = utilityExecutor(fork, kill);
  const submitted = executor.submit(run, { engine: 'session' });
  child.emit('spawn');
  const trial = executor.attach(run, await submitted)!;
  return { child, trial, kill, run, log: join(run, 'log.txt'), ...forked[0] };
}

describe('trials as utility processes', () => {
  it('start with the trial entry, its folder, how it computes, and what TensorFlow reads', async () => {
    const { entry, args, options, run } = await launch('start');
    expect(entry).toMatch(/training[\\/]trial\.ts$/);
    expect(args).toEqual([run, '--executor', 'utility', '--engine', 'session']);
    expect(options.env).toMatchObject({ TF_FORCE_GPU_ALLOW_GROWTH: 'true', PATH: process.env.PATH });
    expect(options.env).not.toHaveProperty('ELECTRON_RUN_AS_NODE');
    expect(options.stdio).toEqual(['ignore', 'pipe', 'pipe']);
  });

  it('speak by messages', async () => {
    const { child, trial } = await launch('speak');
    const heard: unknown[] = [];
    trial.onMessage((message) => heard.push(message));
    child.emit('message', { type: 'done' });
    expect(heard).toEqual([{ type: 'done' }]);
    trial.cancel();
    expect(child.postMessage).toHaveBeenCalledWith({ type: 'stop' });
    expect(trial).toMatchObject({ id: '4242' });
    expect(trial.state()).toBe('running');
    child.emit('exit', 0);
    await vi.waitFor(() => expect(trial.state()).toBe('ended'));
  });

  it('leave their last words in the log', async () => {
    const { child, trial, log } = await launch('log');
    const exits: unknown[] = [];
    trial.onExit((exit) => exits.push(exit));
    child.stdout.write('out\n');
    child.stderr.write('F tensorflow: out of memory\n');
    await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toContain('out of memory'));
    child.emit('exit', 9);
    await vi.waitFor(() => expect(exits).toHaveLength(1));
    expect(exits).toEqual([process.platform === 'win32' ? { code: 9, signal: null } : { code: null, signal: 'SIGKILL' }]);
    expect(await readFile(log, 'utf8')).toContain('out\n');
  });

  it('are killed at once, though they do not hear SIGTERM in the middle of a step', async () => {
    const { child, trial, kill } = await launch('kill');
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
