import { execFile } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Doctor } from '../../shared/contract/system.ts';
import { entryPath } from '../platform/entries.ts';
import { version } from '../platform/version.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import { findRuntime, runtimeFolder, tensorflowEnvironment, tfjsVersion } from './find.ts';

const run = promisify(execFile);

/** Examines the compute runtime: loads TensorFlow in a process of its own and says what it found and what is missing. */
export async function examine(): Promise<Doctor> {
  const runtime = findRuntime();
  const probe = runtime ? await probeRuntime() : null;
  const gpu = await nvidiaGpu();
  const missing: { what: string; how: string }[] = [];
  if (!runtime)
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
