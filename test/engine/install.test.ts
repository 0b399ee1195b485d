import { spawnSync } from 'node:child_process';
import { mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine } from '../../main/runtime/doctor.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { findRuntime, readRuntime, type RuntimeRecord, runtimeFolder, tfjsVersion } from '../../main/runtime/find.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const environment = { ...process.env };
beforeEach(async () => {
  process.env.MAGNILAB_CACHE = await temporaryFolder();
});
afterEach(() => {
  process.env = { ...environment };
});

const record: RuntimeRecord = {
  format: 1,
  source: 'wheel',
  device: 'cpu',
  libtensorflow: '2.21.0',
  tfjs: tfjsVersion,
  binding: 'lib/napi-v8/tfjs_binding.node',
  files: { 'lib/napi-v8/tfjs_binding.node': 6, 'deps/lib/libtensorflow_cc.so.2': 4 },
};

async function fakeRuntime(change: Partial<RuntimeRecord> = {}): Promise<string> {
  const folder = runtimeFolder('cpu');
  for (const [file, bytes] of Object.entries(record.files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), 'x'.repeat(bytes));
  }
  await writeFile(join(folder, 'runtime.json'), JSON.stringify({ ...record, ...change }));
  return folder;
}

/** A staging folder as a process makes it that is killed then. */
async function stagingOfKilled(): Promise<string> {
  const module = new URL('../../main/platform/atomic.ts', import.meta.url).href;
  const script = `import { temporaryName } from ${JSON.stringify(module)}; process.stdout.write(temporaryName()); process.kill(process.pid, 'SIGKILL');`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(stdout).toMatch(/^\.magnilab-/);
  const folder = join(dirname(runtimeFolder('cpu')), stdout);
  await mkdir(join(folder, 'download'), { recursive: true });
  return folder;
}

describe('a runtime folder', () => {
  it('is one only with its record, every file whole and the right version', async () => {
    expect(findRuntime()).toBeNull();
    const folder = await fakeRuntime();
    expect(findRuntime()?.folder).toBe(folder);
    await fakeRuntime({ tfjs: '4.21.0' });
    expect(readRuntime(folder)).toBeNull();
    await fakeRuntime();
    await truncate(join(folder, 'deps/lib/libtensorflow_cc.so.2'), 2);
    expect(readRuntime(folder)).toBeNull();
    await fakeRuntime();
    await writeFile(join(folder, 'runtime.json'), '{"format":1');
    expect(readRuntime(folder)).toBeNull();
  });

  it('is found whole beside what a killed install left, which goes', async () => {
    const folder = await fakeRuntime();
    const killed = await stagingOfKilled();
    expect((await installRuntime({ device: 'cpu' })).folder).toBe(folder);
    expect(await readdir(dirname(killed))).toEqual([basename(folder)]);
  });

  it('that an interrupted install left is not one', async () => {
    const partial = `${runtimeFolder('cpu')}.partial-1`;
    await mkdir(partial, { recursive: true });
    await writeFile(join(partial, 'runtime.json'), JSON.stringify(record));
    expect(findRuntime()).toBeNull();
  });
});

describe('an install without Python, compiler and network', () => {
  it('says what each way lacked and what to install, and leaves nothing', async () => {
    const bin = await temporaryFolder();
    await symlink(process.execPath, join(bin, 'node'));
    await symlink('/bin/sh', join(bin, 'sh'));
    process.env.PATH = bin;
    process.env.TFJS_NODE_CDN_STORAGE = 'http://127.0.0.1:9/'; // nobody answers
    const killed = await stagingOfKilled();
    await expect(installRuntime({ device: 'cpu' })).rejects.toMatchObject({
      code: 'runtime-failed',
      message: expect.stringMatching(
        /Python wheel: Python 3 with pip was not found[\s\S]*Package download: [\s\S]*What to do: install Python 3/,
      ),
    });
    expect(await readdir(dirname(killed))).toEqual([]);
    expect(findRuntime()).toBeNull();
  });

  it('is what the doctor finds missing, with how to get it', async () => {
    expect(await examine()).toMatchObject({
      state: 'missing',
      libtensorflow: null,
      missing: [{ what: 'TensorFlow runtime', how: expect.stringMatching(/runtime install/) }],
    });
  });
});

it('a broken addon is told from a missing one', async () => {
  await fakeRuntime();
  expect(await examine()).toMatchObject({
    state: 'broken',
    missing: [{ what: expect.stringMatching(/Loading TensorFlow/), how: expect.stringMatching(/--force/) }],
  });
});
