import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import lockfile from 'proper-lockfile';
import wheels from '../../resources/runtime/wheels.json' with { type: 'json' };
import { LabError } from '../../shared/contract/errors.ts';
import { sweepTemporary, temporaryName } from '../platform/atomic.ts';
import { unzip } from '../platform/unzip.ts';
import { nvidiaGpu, probeRuntime } from './doctor.ts';
import {
  type Device,
  findRuntime,
  onDisk,
  readRuntime,
  type Runtime,
  type RuntimeRecord,
  runtimeFolder,
  tfjsPackageFolder,
  tfjsVersion,
} from './find.ts';

const requireModule = createRequire(import.meta.url);
const run = promisify(execFile);

export interface InstallProgress {
  readonly phase: 'download' | 'verify' | 'unpack' | 'build' | 'test';
  readonly done: number;
  /** 0 when not known */
  readonly total: number;
}

export interface InstallOptions {
  /** "auto" (default): gpu where an NVIDIA driver answers, else cpu */
  readonly device?: Device | 'auto';
  /** install again even where a whole runtime is found */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InstallProgress) => void;
}

/**
 * Installs the TensorFlow runtime: libtensorflow from the Python wheel with the addon compiled here, else the package's own
 * download. Idempotent; everything happens in a staging folder that is renamed when it is whole and has computed something,
 * so an interrupted install is never taken for one. A lock keeps two installs apart.
 * @throws LabError "runtime-failed" that says what each way lacked and what to install
 */
export async function installRuntime({
  device = 'auto',
  force = false,
  signal,
  onProgress,
}: InstallOptions = {}): Promise<Runtime> {
  const wanted: Device = device === 'auto' ? ((await nvidiaGpu()) ? 'gpu' : 'cpu') : device;
  await sweepTemporary(dirname(runtimeFolder(wanted)));
  const existing = device === 'auto' ? findRuntime() : readRuntime(runtimeFolder(wanted));
  if (existing && !force) return existing;
  const target = runtimeFolder(wanted);
  await mkdir(dirname(target), { recursive: true });
  const release = await lockfile.lock(dirname(target), {
    lockfilePath: `${target}.lock`,
    retries: { forever: true, maxTimeout: 2000 },
    stale: 30_000,
  });
  const staging = join(dirname(target), temporaryName());
  try {
    const other = readRuntime(target); // another process may have finished it while we waited
    if (other && !force) return other;
    const refusals: string[] = [];
    for (const way of [fromWheel, fromStock]) {
      signal?.throwIfAborted();
      await rm(staging, { recursive: true, force: true }); // what the way before left
      await mkdir(staging, { recursive: true });
      try {
        const record = await way(staging, wanted, { signal, onProgress });
        await writeFile(join(staging, 'runtime.json'), `${JSON.stringify(record, null, 2)}\n`);
        onProgress?.({ phase: 'test', done: 0, total: 1 });
        const answer = await probeRuntime(staging);
        if (!answer.ok) throw new Error(answer.message);
        await rm(target, { recursive: true, force: true });
        await rename(staging, target);
        return readRuntime(target)!;
      } catch (error) {
        if (signal?.aborted) throw new LabError('cancelled', 'The installation was cancelled. Nothing was left behind.');
        refusals.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new LabError(
      'runtime-failed',
      `TensorFlow could not be installed.\n  1. Python wheel: ${refusals[0]}\n  2. Package download: ${refusals[1]}\n` +
        'What to do: install Python 3 with pip and a C++ compiler (Debian, Ubuntu: "sudo apt-get install python3-pip g++"), ' +
        'make sure that pip reaches its package index or mirror, and run "magnilab runtime install" again.',
      { refusals },
    );
  } finally {
    await rm(staging, { recursive: true, force: true });
    await release();
  }
}

type Way = (staging: string, device: Device, options: Pick<InstallOptions, 'signal' | 'onProgress'>) => Promise<RuntimeRecord>;

/** Rung 1: the wheel holds libtensorflow and its headers; the addon is two C++ files of the tfjs-node package. Linux x64. */
const fromWheel: Way = async (staging, device, { signal, onProgress }) => {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`there is no wheel for ${process.platform} ${process.arch}, only for linux x64`);
  const pip = await findPip();
  const compiler = await findCompiler();
  const { package: name, bytes, sha256 } = wheels.wheels[device];

  const download = join(staging, 'download');
  await mkdir(download, { recursive: true });
  const report = setInterval(
    () => void folderBytes(download).then((done) => onProgress?.({ phase: 'download', done, total: bytes })),
    500,
  );
  try {
    const target = ['--no-deps', '--only-binary=:all:', '--python-version', wheels.python, '--platform', wheels.platform];
    await run(
      pip[0],
      [...pip.slice(1), 'download', `${name}==${wheels.version}`, ...target, '--no-cache-dir', '--dest', download],
      {
        env: { ...process.env, TMPDIR: download, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
        signal,
      },
    );
  } catch (error) {
    throw new Error(`pip could not download ${name} ${wheels.version}: ${lastLine(error)}`, { cause: error });
  } finally {
    clearInterval(report);
  }
  const wheel = join(download, (await readdir(download)).find((file) => file.endsWith('.whl')) ?? '');

  onProgress?.({ phase: 'verify', done: 0, total: bytes });
  const hash = createHash('sha256');
  await pipeline(createReadStream(wheel), hash, { signal });
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`the downloaded wheel is not the published one: SHA-256 ${found}, expected ${sha256}`);

  onProgress?.({ phase: 'unpack', done: 0, total: 1 });
  const lib = join(staging, 'deps', 'lib');
  await unzip(
    wheel,
    (entry) => {
      const library = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/.exec(entry);
      if (library) return join(lib, library[1]);
      const header = /^tensorflow\/include\/((?:tensorflow\/c|tensorflow\/core\/platform|xla\/tsl|tsl)\/.*)$/.exec(entry);
      return header ? join(staging, 'deps', 'include', header[1]) : null;
    },
    signal,
  );
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));

  onProgress?.({ phase: 'build', done: 0, total: 1 });
  const binding = 'lib/napi-v8/tfjs_binding.node';
  await mkdir(dirname(join(staging, binding)), { recursive: true });
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjsPackageFolder, 'binding', file));
  const includes = [onDisk(requireModule('node-api-headers').include_dir as string), join(staging, 'deps', 'include')].map(
    (folder) => `-I${folder}`,
  );
  const flags = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'];
  const link = [`-L${lib}`, '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  await run(compiler, [...flags, ...includes, ...sources, '-o', join(staging, binding), ...link], { signal }).catch((error) => {
    throw new Error(`${compiler} could not build the addon: ${lastLine(error)}`, { cause: error });
  });

  await rm(download, { recursive: true });
  await rm(join(staging, 'deps', 'include'), { recursive: true });
  return record(staging, 'wheel', device, wheels.version, binding);
};

/** Rung 2: the package's own installer, run in a copy of the package, since the app's folder may be read-only. */
const fromStock: Way = async (staging, device, { signal, onProgress }) => {
  onProgress?.({ phase: 'download', done: 0, total: 0 });
  for (const part of ['scripts', 'binding', 'binding.gyp', 'package.json'])
    await cp(join(tfjsPackageFolder, part), join(staging, part), { recursive: true });
  const modules = dirname(dirname(tfjsPackageFolder));
  const shims = await writeShims(join(staging, 'shims'));
  await new Promise<void>((resolve, reject) => {
    const env = {
      ...process.env,
      NODE_PATH: modules,
      PATH: [shims, process.env.PATH].join(delimiter),
      ELECTRON_RUN_AS_NODE: '1',
    };
    const child = spawn(process.execPath, ['scripts/install.js', device, 'download'], { cwd: staging, env, signal });
    let log = '';
    child.stdout.on('data', (chunk) => (log += chunk));
    child.stderr.on('data', (chunk) => (log += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`the installer ended with ${code}: ${errorLine(log)}`)),
    );
  });
  const built = (await readdir(join(staging, 'lib'), { recursive: true }).catch(() => [])).find((file) =>
    file.endsWith('tfjs_binding.node'),
  );
  if (!built) throw new Error('the installer ended without an addon');
  return record(staging, 'stock', device, '2.9.1', `lib/${built}`);
};

/**
 * The package's installer calls `node` and `node-pre-gyp` by name; the desktop app has neither on the path. Shims start both
 * with this process's own Node.
 */
async function writeShims(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const preGyp = createRequire(join(tfjsPackageFolder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  for (const [name, args] of [
    ['node', []],
    ['node-pre-gyp', [preGyp]],
  ] as const) {
    const command = [process.execPath, ...args].map((part) => `"${part}"`).join(' ');
    if (process.platform === 'win32') await writeFile(join(folder, `${name}.cmd`), `@${command} %*\r\n`);
    else await writeFile(join(folder, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  }
  return folder;
}

async function record(
  staging: string,
  source: 'wheel' | 'stock',
  device: Device,
  libtensorflow: string,
  binding: string,
): Promise<RuntimeRecord> {
  const files: Record<string, number> = {};
  for (const folder of ['deps/lib', dirname(binding)]) {
    for (const file of await readdir(join(staging, folder))) {
      const path = join(staging, folder, file);
      const info = await stat(path);
      if (info.isFile()) files[relative(staging, path).replaceAll('\\', '/')] = info.size;
    }
  }
  return { format: 1, source, device, libtensorflow, tfjs: tfjsVersion, binding, files };
}

/** The first Python that has pip, as a command. */
async function findPip(): Promise<string[]> {
  for (const python of ['python3', 'python']) {
    const works = await run(python, ['-m', 'pip', '--version']).then(
      () => true,
      () => false,
    );
    if (works) return [python, '-m', 'pip'];
  }
  throw new Error('Python 3 with pip was not found');
}

async function findCompiler(): Promise<string> {
  for (const compiler of [process.env.CXX, 'g++', 'clang++', 'c++']) {
    if (
      compiler &&
      (await run(compiler, ['--version']).then(
        () => true,
        () => false,
      ))
    )
      return compiler;
  }
  throw new Error('no C++ compiler was found (g++ or clang++)');
}

async function folderBytes(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder, { recursive: true }).catch(() => []))
    sum += await stat(join(folder, name)).then(
      (s) => (s.isFile() ? s.size : 0),
      () => 0,
    );
  return sum;
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').at(-1)!.slice(0, 300);
}

/** The line of an installer's log that names its error, for a message of one line. */
function errorLine(log: string): string {
  const lines = log.trim().split('\n');
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 300);
}
