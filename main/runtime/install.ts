import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import lockfile from 'proper-lockfile';
import { LabError } from '../../shared/contract/errors.ts';
import { sweepTemporary, temporaryName } from '../platform/atomic.ts';
import { nvidiaGpu, probeRuntime } from './doctor.ts';
import { type Device, findRuntime, readRuntime, type Runtime, runtimeFolder } from './find.ts';
import { addonThere, forgetDownloads, fromFolder, fromIndex, indexSetting } from './from-wheels.ts';
import { fromStock } from './stock.ts';
import type { InstallProgress, Way } from './way.ts';
import { fromWheel } from './wheel.ts';

/** Where wheels come from, where it is named. */
interface Source {
  /** address of a package index; default: what the environment names */
  readonly index?: string;
  /** a folder of wheels */
  readonly wheels?: string;
}

export interface InstallOptions extends Source {
  /** "auto" (default): gpu where an NVIDIA driver answers, else cpu */
  readonly device?: Device | 'auto';
  /** install again even where a whole runtime is found */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InstallProgress) => void;
}

/**
 * Installs the TensorFlow runtime: from a folder of wheels or a package index where one is named, and for a GPU, with the addon of a
 * runtime that is there; else from the Python wheel with the addon compiled here; else by the package's own download. Idempotent;
 * everything happens in a staging folder that is renamed when it is whole and has computed something, so an interrupted install is
 * never taken for one. A lock keeps two installs apart.
 * @throws LabError "runtime-failed" that says what each way lacked and what to install
 */
export async function installRuntime({
  device = 'auto',
  force = false,
  signal,
  onProgress,
  ...source
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
    const ways = waysFor(wanted, source);
    for (const [, way] of ways) {
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
        await forgetDownloads(wanted);
        return readRuntime(target)!;
      } catch (error) {
        if (signal?.aborted) throw new LabError('cancelled', CANCELLED);
        if (error instanceof LabError && error.code === 'disk-full') throw error;
        refusals.push(error instanceof Error ? error.message : String(error));
      }
    }
    const lacked = ways.map(([name], i) => `\n  ${i + 1}. ${name}: ${refusals[i]}`).join('');
    throw new LabError(
      'runtime-failed',
      `TensorFlow could not be installed.${lacked}\nWhat to do: ${adviceFor(wanted, source)}`,
      { refusals },
    );
  } finally {
    await rm(staging, { recursive: true, force: true });
    await release();
  }
}

const CANCELLED =
  'The installation was cancelled. Nothing is half installed; what was downloaded from the index is kept, and the next time goes on from there.';

/**
 * The ways to try, in this order, by the names that messages call them. A source that is named is the only one: what it lacks is
 * told, and not made up for by another way, which for a GPU has no NVIDIA libraries.
 */
function waysFor(device: Device, { index, wheels }: Source): [name: string, way: Way][] {
  if (wheels !== undefined) return [['Folder of wheels', fromFolder(wheels)]];
  const byIndex: [string, Way] = ['Package index', fromIndex(indexSetting(index))];
  if (index !== undefined) return [byIndex];
  const compiled: [string, Way][] = [
    ['Python wheel', fromWheel],
    ['Package download', fromStock],
  ];
  const indexFirst = device === 'gpu' || (indexSetting() !== null && addonThere() !== null);
  return indexFirst ? [byIndex, ...compiled] : compiled;
}

function adviceFor(device: Device, { index, wheels }: Source): string {
  if (wheels !== undefined) return 'put the wheels that are missing into the folder (docs/gpu.md lists them), and try again.';
  const pip =
    'install Python 3 with pip and a C++ compiler (Debian, Ubuntu: "sudo apt-get install python3-pip g++"), ' +
    'make sure that pip reaches its package index or mirror, and run "magnilab runtime install" again.';
  if (index !== undefined) return 'try again, name another index, or install from a folder of wheels (docs/gpu.md lists them).';
  return device === 'gpu' ? `name a package index by --index, or a folder of wheels by --wheels; or ${pip}` : pip;
}
