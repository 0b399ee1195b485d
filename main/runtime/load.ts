import * as tf from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { Binding, NodeBackend } from '../engine/binding.ts';
import { findRuntime, type Runtime } from './find.ts';

const requireModule = createRequire(import.meta.url);

export interface TensorFlow {
  readonly runtime: Runtime;
  readonly backend: NodeBackend;
  /** libtensorflow's own version */
  readonly version: string;
  /** "cpu" or "gpu": what this process really computes on */
  readonly device: 'cpu' | 'gpu';
}

let loaded: TensorFlow | null = null;

/**
 * Loads TensorFlow into this process, once, as tfjs' backend. Only trial, probe and worker processes call this: a crash or an
 * out-of-memory kill then ends one trial and not the lab.
 * @throws LabError "runtime-missing" before `magnilab runtime install`, "runtime-failed" when the addon cannot be loaded
 */
export async function loadTensorFlow(): Promise<TensorFlow> {
  if (loaded) return loaded;
  const runtime = findRuntime();
  if (!runtime) {
    throw new LabError(
      'runtime-missing',
      'TensorFlow is not installed. Run "magnilab runtime install", or install it on the Start screen.',
    );
  }
  restoreRemovedNodeFunctions();
  try {
    requireModule('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
    const { NodeJSKernelBackend } = requireModule('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend');
    const binding = requireModule(join(runtime.folder, runtime.record.binding)) as Binding;
    const backend = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu') as tf.KernelBackend & NodeBackend;
    tf.registerBackend('tensorflow', () => backend, 3);
    await tf.setBackend('tensorflow');
    loaded = { runtime, backend, version: binding.TF_Version, device: binding.isUsingGpuDevice() ? 'gpu' : 'cpu' };
    return loaded;
  } catch (error) {
    throw new LabError(
      'runtime-failed',
      `TensorFlow was found in ${runtime.folder} but could not be loaded: ${error instanceof Error ? error.message : String(error)}. ` +
        'Run "magnilab runtime install --force" to install it again.',
    );
  }
}

/** tfjs-node 4.22 calls two functions that Node 23 removed. */
function restoreRemovedNodeFunctions(): void {
  const util = requireModule('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray; // Node 24 still has it, and warns
}
