import { access, constants, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import wheels from '../../../resources/runtime/wheels.json' with { type: 'json' };
import { readRuntime, runtimeFolder, tfjsVersion } from '../../../main/runtime/find.ts';
import { fromFolder, fromIndex, indexSetting, placeOf, wheelFolder } from '../../../main/runtime/from-wheels.ts';
import { installRuntime } from '../../../main/runtime/install.ts';
import type { InstallProgress } from '../../../main/runtime/way.ts';
import { bytesOf, unpackedRoom, wheelsOf } from '../../../main/runtime/wheel-list.ts';
import { packageIndex, smallWheels, type TestWheel } from '../../helpers/package-index.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const published = vi.hoisted(() => ({ list: null as TestWheel[] | null }));
vi.mock(import('../../../main/runtime/wheel-list.ts'), async (original) => {
  const own = await original();
  return { ...own, wheelsOf: (device) => published.list?.map(({ wheel }) => wheel) ?? own.wheelsOf(device) };
});

const ADDON = 'lib/napi-v8/tfjs_binding.node';
let held: TestWheel[];
let staging: string;
beforeEach(async () => {
  vi.stubEnv('MAGNILAB_CACHE', await temporaryFolder());
  for (const name of ['MAGNILAB_RUNTIME', 'MAGNILAB_INDEX', 'PIP_INDEX_URL']) vi.stubEnv(name, undefined);
  held = published.list = await smallWheels();
  staging = join(await temporaryFolder(), 'staging');
  await mkdir(staging);
  await cpuRuntime();
  return () => {
    published.list = null;
    vi.unstubAllEnvs();
  };
});

/** A CPU runtime that is there, for its addon. */
async function cpuRuntime(): Promise<void> {
  const folder = runtimeFolder('cpu');
  await mkdir(dirname(join(folder, ADDON)), { recursive: true });
  await writeFile(join(folder, ADDON), 'addon');
  const record = { format: 1, source: 'wheel', device: 'cpu', libtensorflow: wheels.version, tfjs: tfjsVersion, binding: ADDON };
  await writeFile(join(folder, 'runtime.json'), JSON.stringify({ ...record, files: { [ADDON]: 5 } }));
}

async function folderOf(list: readonly TestWheel[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const { wheel, bytes } of list) await writeFile(join(folder, wheel.file), bytes);
  return folder;
}

/** What is unpacked for a GPU, and nothing else. */
const FILES = {
  'deps/lib/libtensorflow_cc.so.2': 2,
  'deps/lib/libtensorflow_framework.so.2': 9,
  'deps/nvidia/cuda_nvcc/bin/ptxas': 10,
  'deps/nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': 7,
  'deps/nvidia/cudnn/lib/libcudnn.so.9': 300_000,
  [ADDON]: 5,
};
const LICENCES = ['nvidia-cuda-nvcc-cu12/License.txt', 'nvidia-cudnn-cu12/License.txt', 'tensorflow/THIRD_PARTY_NOTICES.txt'];

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

async function expectRuntime(): Promise<void> {
  const all = [...Object.keys(FILES), ...LICENCES.map((file) => `deps/licenses/${file}`)];
  expect((await filesIn(staging)).sort()).toEqual(all.sort());
  await access(join(staging, 'deps/nvidia/cuda_nvcc/bin/ptxas'), constants.X_OK);
}

describe('from an index', () => {
  it.each(['html', 'json'] as const)(
    'libraries, XLA’s compiler, licences and the addon that is there are put together (%s)',
    async (pages) => {
      const { address } = await packageIndex(held, { pages });
      const seen: InstallProgress[] = [];
      const record = await fromIndex(address)(staging, 'gpu', { onProgress: (progress) => seen.push(progress) });
      expect(record).toMatchObject({ source: 'wheel', device: 'gpu', libtensorflow: wheels.version, files: FILES });
      await expectRuntime();
      const total = bytesOf(held.map(({ wheel }) => wheel));
      expect(new Set(seen.map((progress) => progress.total))).toEqual(new Set([total]));
      const downloaded = seen.filter(({ phase }) => phase === 'download').map(({ done }) => done);
      expect(downloaded).toEqual(downloaded.toSorted((a, b) => a - b));
      expect(downloaded.at(-1)).toBe(total);
    },
  );

  it('wheels that are there are not fetched again; a damaged one is', async () => {
    const { address, asked } = await packageIndex(held);
    await mkdir(wheelFolder(), { recursive: true });
    await writeFile(join(wheelFolder(), held[0].wheel.file), held[0].bytes);
    await writeFile(join(wheelFolder(), held[1].wheel.file), Buffer.alloc(held[1].bytes.length));
    await fromIndex(address)(staging, 'gpu', {});
    const files = asked.filter(({ path }) => path.startsWith('/files')).map(({ path }) => path.slice('/files/ab/'.length));
    expect(files).toEqual([held[1].wheel.file, held[2].wheel.file]);
    await expectRuntime();
  });

  it('nothing is fetched where the disk has no room, and the numbers are said', async () => {
    const { address, asked } = await packageIndex(held);
    held[1] = { ...held[1], wheel: { ...held[1].wheel, bytes: 1e18 } };
    await expect(fromIndex(address)(staging, 'gpu', {})).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/it needs up to \d+\.\d GB with its downloads, \d+\.\d GB are free\. Free some room/),
      details: { needed: expect.any(Number), free: expect.any(Number) },
    });
    expect(asked).toEqual([]);
  });

  it('without an index, or an addon, it is said how to name or make one', async () => {
    await expect(fromIndex(null)(staging, 'gpu', {})).rejects.toThrow(
      /no package index is named: give its address by --index or in Settings .*MAGNILAB_INDEX or PIP_INDEX_URL/,
    );
    await rm(runtimeFolder('cpu'), { recursive: true });
    const { address, asked } = await packageIndex(held);
    await expect(fromIndex(address)(staging, 'gpu', {})).rejects.toThrow(/run "magnilab runtime install --device cpu" first/);
    expect(asked).toEqual([]);
  });

  it('the index is as given, else as Magnilab or pip is told by the environment', () => {
    expect(indexSetting()).toBeNull();
    vi.stubEnv('PIP_INDEX_URL', 'https://pip.example/simple');
    expect(indexSetting()).toBe('https://pip.example/simple');
    vi.stubEnv('MAGNILAB_INDEX', 'https://own.example/simple');
    expect(indexSetting('  ')).toBe('https://own.example/simple');
    expect(indexSetting('https://given.example')).toBe('https://given.example');
  });
});

describe('from a folder', () => {
  it('wheels are unpacked and stay there', async () => {
    const folder = await folderOf(held);
    const record = await fromFolder(folder)(staging, 'gpu', {});
    expect(record.files).toEqual(FILES);
    await expectRuntime();
    expect((await readdir(folder)).length).toBe(held.length);
  });

  it('every wheel that is missing or not the published one is named', async () => {
    const folder = await folderOf(held.slice(0, 2));
    await writeFile(join(folder, held[0].wheel.file), 'cut');
    await expect(fromFolder(folder)(staging, 'gpu', {})).rejects.toThrow(
      `${folder}: ${held[0].wheel.file} is not the published file (3 of ${held[0].bytes.length} bytes, or another SHA-256); ` +
        `${held[2].wheel.file} is missing`,
    );
    expect(await readdir(staging)).toEqual([]);
    await expect(fromFolder(join(folder, 'none'))(staging, 'gpu', {})).rejects.toThrow(/none cannot be read \(ENOENT\)/);
  });
});

describe('an installation', () => {
  it('that is cancelled leaves nothing half installed, and goes on from what it had', async () => {
    const controller = new AbortController();
    let slow = true;
    const { address, asked } = await packageIndex(held, {
      instead: (_, response, bytes) => {
        if (!slow || bytes !== held[1].bytes) return false;
        response.write(bytes.subarray(0, 100));
        return true;
      },
    });
    const first = held[0].bytes.length;
    const install = (signal?: AbortSignal) =>
      installRuntime({
        device: 'gpu',
        index: address,
        signal,
        onProgress: ({ phase, done }) => phase === 'download' && done === first + 100 && controller.abort(),
      });
    await expect(install(controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
      message: expect.stringMatching(/Nothing is half installed; what was downloaded from the index is kept/),
    });
    expect(readRuntime(runtimeFolder('gpu'))).toBeNull();
    expect((await readdir(dirname(runtimeFolder('gpu')))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await readdir(wheelFolder())).sort()).toEqual([held[0].wheel.file, `${held[1].wheel.file}.part`].sort());
    slow = false;
    asked.length = 0;
    await fromIndex(address)(staging, 'gpu', {});
    expect(asked.filter(({ path }) => path.startsWith('/files')).map(({ range }) => range)).toEqual(['bytes=100-', undefined]);
    await expectRuntime();
  });

  it('says what each way lacked; a folder or an index that is named is the only way', async () => {
    vi.stubEnv('PATH', await temporaryFolder());
    vi.stubEnv('TFJS_NODE_CDN_STORAGE', 'http://127.0.0.1:9/'); // nobody answers
    const { address } = await packageIndex(held.slice(1));
    await expect(installRuntime({ device: 'gpu', index: address })).rejects.toMatchObject({
      code: 'runtime-failed',
      message: expect.stringMatching(
        /^TensorFlow could not be installed\.\n {2}1\. Package index: tensorflow-\S+ \S+ answered 404 Not Found\nWhat to do: try again/,
      ),
    });
    vi.stubEnv('MAGNILAB_INDEX', address);
    await expect(installRuntime({ device: 'gpu' })).rejects.toMatchObject({
      code: 'runtime-failed',
      message: expect.stringMatching(
        /1\. Package index: tensorflow-\S+ \S+ answered 404 Not Found[\s\S]*2\. Python wheel: Python 3 with pip was not found[\s\S]*3\. Package download: [\s\S]*What to do: name a package index by --index/,
      ),
    });
    const folder = await folderOf(held.slice(1));
    await expect(installRuntime({ device: 'gpu', wheels: folder })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^TensorFlow could not be installed\.\n {2}1\. Folder of wheels: .* is missing\nWhat to do: put the wheels/,
      ),
    });
  });
});

describe('the published wheels', () => {
  it('are TensorFlow’s and NVIDIA’s twelve, and their names say their packages', () => {
    published.list = null;
    expect(wheelsOf('cpu').map(({ package: name }) => name)).toEqual(['tensorflow-cpu']);
    const list = wheelsOf('gpu');
    expect(list).toHaveLength(13);
    for (const wheel of list) {
      expect(wheel.file.startsWith(`${wheel.package.replaceAll('-', '_')}-`), wheel.file).toBe(true);
      expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(wheel.bytes).toBeGreaterThan(1e6);
    }
    expect(unpackedRoom(list)).toBeGreaterThan(1.5 * bytesOf(list));
  });

  it('are those that the guide lists, and that its command downloads', async () => {
    published.list = null;
    const guide = await readFile(new URL('../../../docs/gpu.md', import.meta.url), 'utf8');
    for (const { package: name, file, bytes } of wheelsOf('gpu')) {
      expect(guide).toContain(`| \`${file}\` | ${Math.round(bytes / 1e6)} |`);
      expect(guide).toContain(` ${name}==${/-(\d[^-]*)-/.exec(file)![1]}`);
    }
    expect(guide).toContain(`up to ${((bytesOf(wheelsOf('gpu')) + unpackedRoom(wheelsOf('gpu'))) / 1e9).toFixed(1)} GB free`);
  });

  it('are unpacked only where a name is one of theirs, and nowhere else', () => {
    for (const entry of [
      '../deps/lib/x.so',
      'nvidia/../../x/lib/a.so',
      'nvidia/cudnn/lib/../../../x.so',
      'tensorflow/libtensorflow_cc.so.2/x',
    ])
      expect(placeOf(entry, 'p'), entry).toBeNull();
  });
});
