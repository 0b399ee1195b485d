import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What is known of this machine's NVIDIA GPU and of what TensorFlow needs to use it. */
export interface GpuFacts {
  /** whether nvidia-smi, which comes with the driver, was found and answered */
  readonly smi: boolean;
  /** version of the driver, e.g. "535.104.05"; null when not known */
  readonly driver: string | null;
  /** names of the GPUs that the driver lists */
  readonly devices: readonly string[];
  /** the driver's own library, libcuda.so.1, is found */
  readonly driverLibrary: boolean;
  /** CUDA_VISIBLE_DEVICES; undefined: not set */
  readonly visible: string | undefined;
  /** libraries that TensorFlow opens by name and that are found nowhere */
  readonly missing: readonly string[];
}

/** The oldest driver for CUDA 12 on Linux, as NVIDIA publishes it. */
const OLDEST_DRIVER = '525.60.13';

/** What TensorFlow, XLA and cuDNN open by these names, by their folders below deps/nvidia. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  cublas: ['libcublas.so.12', 'libcublasLt.so.12'],
  cuda_cupti: ['libcupti.so.12'],
  cuda_nvrtc: ['libnvrtc.so.12'],
  cuda_runtime: ['libcudart.so.12'],
  cudnn: ['libcudnn.so.9'],
  cufft: ['libcufft.so.11'],
  cusolver: ['libcusolver.so.11'],
  cusparse: ['libcusparse.so.12'],
  nccl: ['libnccl.so.2'],
  nvjitlink: ['libnvJitLink.so.12'],
};

/**
 * Why a GPU runtime computes on the CPU, and what to do, as the first thing that is missing: what comes after it cannot be
 * judged before.
 */
export function whyNoGpu({ smi, driver, devices, driverLibrary, visible, missing }: GpuFacts): string {
  if (visible !== undefined && (visible.trim() === '' || visible.trim().startsWith('-')))
    return `the environment hides all GPUs (CUDA_VISIBLE_DEVICES is "${visible}"): unset it, or name one, "0" say`;
  if (!smi && !driverLibrary)
    return `no NVIDIA driver was found (neither nvidia-smi nor libcuda.so.1): install the driver, ${OLDEST_DRIVER} or newer, and start the machine again`;
  if (driver !== null && isOlder(driver, OLDEST_DRIVER))
    return `the NVIDIA driver ${driver} is too old: CUDA 12 needs ${OLDEST_DRIVER} or newer`;
  if (!driverLibrary)
    return 'the library of the NVIDIA driver, libcuda.so.1, was not found: install the driver whole; in a container, let it pass the driver\'s libraries through ("--gpus all")';
  if (smi && devices.length === 0)
    return 'the NVIDIA driver lists no GPU: is one built in, and may this user, container or job use it?';
  if (missing.length > 0)
    return `${missing.length === 1 ? 'a library was' : 'libraries were'} not found: ${missing.join(', ')}. Run "magnilab runtime install --gpu --force"`;
  return 'driver, device and libraries are there, yet TensorFlow does not use the GPU: "TF_CPP_MIN_LOG_LEVEL=0 magnilab doctor" shows what it says';
}

/** "535.104.05" against "525.60.13", number by number */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  const i = b.findIndex((number, at) => number !== (a[at] ?? 0));
  return i >= 0 && (a[i] ?? 0) < b[i];
}

/** @param runtimeFolder whose libraries are looked for */
export async function gpuFacts(runtimeFolder: string): Promise<GpuFacts> {
  const [rows, system] = await Promise.all([nvidiaGpus(), systemLibraries()]);
  const isThere = (library: string, folder: string) =>
    existsSync(join(runtimeFolder, 'deps', 'nvidia', folder, 'lib', library)) || system(library);
  return {
    smi: rows !== null,
    driver: rows?.[0]?.driver ?? null,
    devices: rows?.map(({ name }) => name) ?? [],
    driverLibrary: system('libcuda.so.1'),
    visible: process.env.CUDA_VISIBLE_DEVICES,
    missing: Object.entries(LIBRARIES).flatMap(([folder, names]) => names.filter((name) => !isThere(name, folder))),
  };
}

/** The GPUs that the driver lists; null without a driver. */
export async function nvidiaGpus(): Promise<{ name: string; driver: string | null }[] | null> {
  try {
    const { stdout } = await run('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], { timeout: 10_000 });
    return parseGpus(stdout);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : parseGpus((error as { stdout?: string }).stdout ?? '');
  }
}

/** "NVIDIA A100, 535.104.05" a line; what else it may say names no GPU. */
export function parseGpus(output: string): { name: string; driver: string | null }[] {
  return [...output.matchAll(/^(.+), (\d+(?:\.\d+)+|\[?N\/A\]?)\s*$/gm)].map(([, name, driver]) => ({
    name,
    driver: /^\d/.test(driver) ? driver : null,
  }));
}

/** Whether the system's linker finds a library. */
async function systemLibraries(): Promise<(name: string) => boolean> {
  const cached = await run('ldconfig', ['-p'])
    .catch(() => run('/sbin/ldconfig', ['-p']))
    .then(
      ({ stdout }) => stdout,
      () => '',
    );
  const folders = (process.env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  return (name) => cached.includes(`\t${name} `) || folders.some((folder) => existsSync(join(folder, name)));
}
