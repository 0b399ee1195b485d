import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import wheels from '../../resources/runtime/wheels.json' with { type: 'json' };
import { hashFile } from '../platform/atomic.ts';
import { unzip } from '../platform/unzip.ts';
import { onDisk } from '../platform/paths.ts';
import { type Device, tfjsPackageFolder } from './find.ts';
import { placeOf } from './from-wheels.ts';
import { record, type Way } from './way.ts';
import type { WheelFile } from './wheel-list.ts';

const requireModule = createRequire(import.meta.url);
const run = promisify(execFile);

/** How the addon is built on a system whose wheel holds libtensorflow. */
interface Build {
  readonly platform: string;
  readonly wheel: WheelFile;
  /** what the addon needs of TensorFlow */
  readonly libraries: readonly string[];
  readonly flags: readonly string[];
  /** of the linker: the folder that the addon stands in */
  readonly origin: string;
}

/** @throws Error where there is no wheel, or none for a GPU */
export function buildFor(device: Device, system = `${process.platform} ${process.arch}`): Build {
  if (system === 'linux x64')
    return {
      platform: wheels.platform,
      wheel: wheels.wheels[device],
      libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
      flags: ['-shared'],
      origin: '$ORIGIN',
    };
  if (system === 'darwin arm64' && device === 'cpu')
    return {
      platform: wheels.macos.platform,
      wheel: wheels.macos,
      libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
      flags: ['-bundle', '-undefined', 'dynamic_lookup'], // Node's functions are found in who loads it
      origin: '@loader_path',
    };
  throw new Error(`there is no wheel for ${device === 'gpu' ? 'a GPU on ' : ''}${system}, only for linux x64 and darwin arm64`);
}

/** The wheel holds libtensorflow and its headers; the addon is two C++ files of the tfjs-node package. */
export const fromWheel: Way = async (staging, device, { signal, onProgress }) => {
  const { platform, wheel: published, libraries, flags: kind, origin } = buildFor(device);
  const pip = await findPip();
  const compiler = await findCompiler();
  const { package: name, bytes, sha256 } = published;

  const download = join(staging, 'download');
  await mkdir(download, { recursive: true });
  const report = setInterval(
    () => void folderBytes(download).then((done) => onProgress?.({ phase: 'download', done, total: bytes })),
    500,
  );
  try {
    const target = ['--no-deps', '--only-binary=:all:', '--python-version', wheels.python, '--platform', platform];
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
  const found = await hashFile(wheel, signal);
  if (found !== sha256) throw new Error(`the downloaded wheel is not the published one: SHA-256 ${found}, expected ${sha256}`);

  onProgress?.({ phase: 'unpack', done: 0, total: 1 });
  const lib = join(staging, 'deps', 'lib');
  await unzip(
    wheel,
    (entry) => {
      const place = placeOf(entry, name);
      if (place !== null) return join(staging, place);
      const header = /^tensorflow\/include\/((?:tensorflow\/c|tensorflow\/core\/platform|xla\/tsl|tsl)\/.*)$/.exec(entry);
      return header ? join(staging, 'deps', 'include', header[1]) : null;
    },
    signal,
  );

  onProgress?.({ phase: 'build', done: 0, total: 1 });
  const binding = 'lib/napi-v8/tfjs_binding.node';
  await mkdir(dirname(join(staging, binding)), { recursive: true });
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjsPackageFolder, 'binding', file));
  const includes = [onDisk(requireModule('node-api-headers').include_dir as string), join(staging, 'deps', 'include')].map(
    (folder) => `-I${folder}`,
  );
  const flags = ['-std=c++17', '-O2', '-fPIC', ...kind, '-DNAPI_VERSION=8'];
  const link = [...libraries.map((library) => join(lib, library)), `-Wl,-rpath,${origin}/../../deps/lib`];
  await run(compiler, [...flags, ...includes, ...sources, '-o', join(staging, binding), ...link], { signal }).catch((error) => {
    throw new Error(`${compiler} could not build the addon: ${lastLine(error)}`, { cause: error });
  });

  await rm(download, { recursive: true });
  await rm(join(staging, 'deps', 'include'), { recursive: true });
  return record(staging, 'wheel', device, wheels.version, binding);
};

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
