import { execFile } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Doctor } from '../../shared/contract/system.ts';
import { entryPath } from '../platform/entries.ts';
import { version } from '../platform/version.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import { damagedFiles } from './damage.ts';
import { faultsOf, findRuntime, readRecord, type Runtime, runtimeFolder, shippedFolder, tensorflowEnvironment, tfjsVersion } from './find.ts'; // prettier-ignore

const run = promisify(execFile);

/**
 * Examines the compute runtime: loads TensorFlow in a process of its own and says what it found and what is missing.
 * @param files whether every file of the runtime is held to its hash, too, which takes a few seconds
 */
export async function examine({ files = false } = {}): Promise<Doctor> {
  const runtime = findRuntime();
  const probe = runtime ? await probeRuntime() : null;
  const gpu = await nvidiaGpu();
  const missing = await damages(runtime, files || probe?.ok === false);
  if (!runtime && missing.length === 0)
    missing.push({ what: 'TensorFlow runtime', how: 'Run "magnilab runtime install", or press Install on the Start screen.' });
  if (probe && !probe.ok)
    missing.push({ what: `Loading TensorFlow: ${probe.message}`, how: 'Run "magnilab runtime install --force".' });
  const device = probe?.ok ? (probe.device === 'gpu' ? (gpu ?? 'gpu') : 'cpu') : null;
  return {
    magnilab: version,
    node: process.versions.node,
    state: !runtime ? 'missing' : probe?.ok ? 'ok' : 'broken',
    tfjs: tfjsVersion,
    libtensorflow: probe?.ok ? probe.libtensorflow : null,
    source: runtime?.record.source ?? null,
    folder: runtime?.folder ?? runtimeFolder('cpu'),
    device,
    unusedGpu:
      gpu && device === 'cpu'
        ? runtime?.record.device === 'gpu'
          ? `${gpu}: TensorFlow could not use it (it needs CUDA 12 and cuDNN 9 libraries on the library path)`
          : `${gpu}: the CPU runtime is installed; run "magnilab runtime install --device gpu"`
        : null,
    oneDnn: tensorflowEnvironment().TF_ENABLE_ONEDNN_OPTS !== '0',
    threads: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    missing,
  };
}

/** The files of the package's own runtime, and of the one that is used, that are not as they were. @param content whether they are read */
async function damages(runtime: Runtime | null, content: boolean): Promise<Doctor['missing']> {
  const shipped = shippedFolder();
  const folders = new Set([shipped, runtime?.folder].filter((folder) => typeof folder === 'string'));
  const found = [];
  for (const folder of folders) {
    const record = readRecord(folder);
    const faults = content ? await damagedFiles(folder) : record ? faultsOf(folder, record) : [];
    const how = folder === shipped ? 'Install Magnilab again.' : 'Run "magnilab runtime install --force".';
    found.push(...faults.map((fault) => ({ what: `TensorFlow in ${folder}: ${fault}`, how })));
  }
  return found;
}

/**
 * Loads TensorFlow in a process of its own; a crash of the native library becomes an answer.
 * @param folder a certain runtime; default: the installed one
 */
export async function probeRuntime(folder?: string): Promise<ProbeAnswer> {
  try {
    const { stdout } = await run(process.execPath, [entryPath('probe')], {
      env: { ...tensorflowEnvironment(), ...(folder && { MAGNILAB_RUNTIME: folder }) },
      timeout: 120_000,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ProbeAnswer;
  } catch (error) {
    return { ok: false, code: 'runtime-failed', message: error instanceof Error ? error.message.slice(0, 500) : String(error) };
  }
}

/** Name of the first NVIDIA GPU, or null. */
export async function nvidiaGpu(): Promise<string | null> {
  try {
    const { stdout } = await run('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { timeout: 10_000 });
    return stdout.trim().split('\n')[0] || null;
  } catch {
    return null; // no driver, no GPU
  }
}
