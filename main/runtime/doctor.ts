import { execFile } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Doctor } from '../../shared/contract/system.ts';
import { entryPath } from '../platform/entries.ts';
import { version } from '../platform/version.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import { damagedFiles } from './damage.ts';
import { shown } from './download.ts';
import { faultsOf, findRuntime, readRecord, readRuntime, type Runtime, runtimeFolder, shippedFolder, tensorflowEnvironment, tfjsVersion } from './find.ts'; // prettier-ignore
import { indexSetting } from './from-wheels.ts';
import { gpuFacts, nvidiaGpus, whyNoGpu } from './gpu.ts';
import { bytesOf, unpackedRoom, wheelsOf } from './wheel-list.ts';

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
    unusedGpu: device === 'cpu' ? await unusedGpu(runtime, gpu) : null,
    gpuAddOn: await gpuAddOn(),
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
  return (await nvidiaGpus())?.[0]?.name ?? null;
}

/** Why the GPU, or the runtime for one, is not used; null when it is, or there is neither. */
async function unusedGpu(runtime: Runtime | null, gpu: string | null): Promise<string | null> {
  const forGpu = runtime?.record.device === 'gpu' ? runtime : readRuntime(runtimeFolder('gpu'));
  if (forGpu) return `${gpu ?? 'A runtime for a GPU is installed'}: ${whyNoGpu(await gpuFacts(forGpu.folder))}`;
  return gpu && runtime && `${gpu}: the CPU runtime is installed; run "magnilab runtime install --gpu"`;
}

/** What is known of the add-on for a GPU before it is installed; null where there is none for this machine. */
async function gpuAddOn(): Promise<Doctor['gpuAddOn']> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const list = wheelsOf('gpu');
  const setting = URL.parse(indexSetting() ?? '');
  return {
    installed: readRuntime(runtimeFolder('gpu')) !== null,
    downloadBytes: bytesOf(list),
    roomBytes: bytesOf(list) + unpackedRoom(list),
    index: setting && shown(setting),
  };
}
