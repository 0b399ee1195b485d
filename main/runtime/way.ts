import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Device, type RuntimeRecord, tfjsVersion } from './find.ts';

export interface InstallProgress {
  readonly phase: 'download' | 'verify' | 'unpack' | 'build' | 'test';
  readonly done: number;
  /** 0 when not known */
  readonly total: number;
}

/**
 * One way to get a runtime: fills a staging folder and says what is in it.
 * @throws Error that says what it lacks
 */
export type Way = (
  staging: string,
  device: Device,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: InstallProgress) => void },
) => Promise<RuntimeRecord>;

/** What a runtime consists of, by which it is known to be whole. @param binding the addon, relative to the folder */
export async function record(
  staging: string,
  source: 'wheel' | 'stock',
  device: Device,
  libtensorflow: string,
  binding: string,
): Promise<RuntimeRecord> {
  const files: Record<string, number> = {};
  for (const folder of ['deps/lib', 'deps/nvidia', dirname(binding)]) {
    for (const file of await readdir(join(staging, folder), { recursive: true }).catch(orNone)) {
      const path = join(staging, folder, file);
      const info = await stat(path);
      if (info.isFile()) files[relative(staging, path).replaceAll('\\', '/')] = info.size;
    }
  }
  return { format: 1, source, device, libtensorflow, tfjs: tfjsVersion, binding, files };
}

/** NVIDIA's libraries are there only where they came with the runtime. */
function orNone(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
