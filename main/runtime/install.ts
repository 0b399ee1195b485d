import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import lockfile from 'proper-lockfile';
import { LabError } from '../../shared/contract/errors.ts';
import { sweepTemporary, temporaryName } from '../platform/atomic.ts';
import { nvidiaGpu, probeRuntime } from './doctor.ts';
import { type Device, findRuntime, readRuntime, type Runtime, runtimeFolder } from './find.ts';
import { fromStock } from './stock.ts';
import type { InstallProgress } from './way.ts';
import { fromWheel } from './wheel.ts';

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
