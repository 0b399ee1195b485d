import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import wheels from '../../resources/runtime/wheels.json' with { type: 'json' };
import { besideApp } from '../platform/entries.ts';
import { cacheFolder, onDisk } from '../platform/paths.ts';

/** not named "require": the bundler declares that name itself */
const requireModule = createRequire(import.meta.url);

/** Folder of the tfjs-node package: JavaScript kernels, sources of the binding, and the package's own installer. */
export const tfjsPackageFolder = onDisk(dirname(requireModule.resolve('@tensorflow/tfjs-node-gpu/package.json')));
export const tfjsVersion: string = requireModule('@tensorflow/tfjs-node-gpu/package.json').version;

export type Device = 'cpu' | 'gpu';

/** runtime.json, written last: its presence in a runtime folder says that the folder is whole. */
export interface RuntimeRecord {
  readonly format: 1;
  /** "wheel": libtensorflow from the Python wheel; "stock": the package's own download */
  readonly source: 'wheel' | 'stock';
  readonly device: Device;
  readonly libtensorflow: string;
  readonly tfjs: string;
  /** relative path of the native addon */
  readonly binding: string;
  /** relative path -> bytes of every file that must be there */
  readonly files: Readonly<Record<string, number>>;
  /** relative path -> hash of the same files; of the runtime that a package brings along */
  readonly sha256?: Readonly<Record<string, string>>;
}

export interface Runtime {
  readonly folder: string;
  readonly record: RuntimeRecord;
}

/** Folder that holds the runtime for this version, platform and device. The app's own folder may be read-only. */
export function runtimeFolder(device: Device): string {
  return cacheFolder('runtime', `tfjs${tfjsVersion}-tf${wheels.version}-${process.platform}-${process.arch}-${device}`);
}

/** Where the package's own runtime lies; null where Magnilab runs from source. */
export function shippedFolder(): string | null {
  return besideApp('runtime');
}

/** What the driver of an NVIDIA GPU leaves on Linux, on its own or as a guest of Windows; other systems have no runtime for one. */
const DRIVER_FILES = ['/dev/nvidiactl', '/dev/dxg'];

/**
 * The runtime that is used, or null. One with a GPU goes first where a driver is there, since the user has asked for it: elsewhere it
 * would compute on the CPU, and how steps are computed is chosen by the runtime's device. Then the package's own, then one that was
 * installed. A folder without its record or with a missing or short file is not one.
 */
export function findRuntime(hasDriver = DRIVER_FILES.some((file) => existsSync(file))): Runtime | null {
  const { MAGNILAB_RUNTIME } = process.env; // a certain one: how an install is tested before it takes its place
  if (MAGNILAB_RUNTIME) return readRuntime(MAGNILAB_RUNTIME);
  const [gpu, shipped, cpu] = [runtimeFolder('gpu'), shippedFolder(), runtimeFolder('cpu')];
  for (const folder of hasDriver ? [gpu, shipped, cpu] : [shipped, cpu, gpu]) {
    const found = folder === null ? null : readRuntime(folder);
    if (found) return found;
  }
  return null;
}

export function readRuntime(folder: string): Runtime | null {
  const record = readRecord(folder);
  return record?.tfjs === tfjsVersion && faultsOf(folder, record).length === 0 ? { folder, record } : null;
}

/** What is said of a runtime that is or was there, whole or not; null where nothing is. */
export function readRecord(folder: string): RuntimeRecord | null {
  try {
    const record = JSON.parse(readFileSync(join(folder, 'runtime.json'), 'utf8')) as RuntimeRecord;
    return record.format === 1 && typeof record.files === 'object' && record.files !== null ? record : null;
  } catch {
    return null;
  }
}

/** The files of a runtime that are missing or have another length, each with what is wrong. */
export function faultsOf(folder: string, { files }: RuntimeRecord): string[] {
  return Object.entries(files).flatMap(([file, bytes]) => {
    const found = sizeNow(join(folder, file));
    if (found === bytes) return [];
    return [found === undefined ? `${file} is missing` : `${file} has ${found} bytes instead of ${bytes}`];
  });
}

/** undefined where there is no file, or none that may be looked at */
function sizeNow(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}

/** glibc: few heaps, and large blocks given back at once; a training step takes 6 % less memory for 4 % more time (measured). */
const LEAN_HEAP = { MALLOC_ARENA_MAX: '2', MALLOC_TOP_PAD_: String(16 << 20) };

/**
 * Environment of a process that will load TensorFlow. TensorFlow reads these once, when it starts.
 * oneDNN is on: it is faster on every CPU measured and the default of TensorFlow on x86.
 */
export function tensorflowEnvironment(): NodeJS.ProcessEnv {
  return {
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_ENABLE_ONEDNN_OPTS: '1',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ...LEAN_HEAP,
    ...process.env,
    ELECTRON_RUN_AS_NODE: '1',
  };
}
