import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { LabError } from '../../shared/contract/errors.ts';
import { entryUrl } from '../platform/entries.ts';
import type { ImageFault, ImageHeader, PixelNote } from '../pictures/read-image.ts';

/** What is known of one file after inspecting it. */
export type Inspection =
  | (ImageHeader & {
      /** of the decoded pixels; "" while only the header was read */
      readonly pixelSha256: string;
      /** of the file's bytes; null where they were not asked for */
      readonly fileSha256: string | null;
      /** what the picture looks like (`lookOf`); "" while only the header was read */
      readonly look: string;
      /** what was done to read the pixels */
      readonly notes: readonly PixelNote[];
    })
  | ImageFault;

/** How deep to look: the size only, the decoded pixels, or the pixels and the SHA-256 of the file's bytes. */
export type InspectTask = 'header' | 'pixels' | 'pixels-and-bytes';

export interface ToWorker {
  readonly folder: string;
  readonly paths: readonly string[];
  readonly task: InspectTask;
}

export type FromWorker = { type: 'ready' } | { type: 'result'; path: string; inspection: Inspection } | { type: 'idle' };

export interface InspectPoolOptions {
  /** worker threads; by default one for each core, at most 16 */
  readonly size?: number;
  /** another worker file, for tests */
  readonly entry?: URL;
}

/** Files a worker gets at a time: few, so that a cancelled index stops at once and the last chunk keeps no core waiting. */
const CHUNK = { header: 64, pixels: 8, 'pixels-and-bytes': 8 } as const;

/**
 * Worker threads that look into image files. The thread of the caller only passes names and hashes around. A worker that
 * dies is replaced, and the file it was at is reported as unreadable.
 */
export class InspectPool {
  private readonly folder: string;
  private readonly size: number;
  private readonly entry: URL;
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();

  /** @param folder absolute; the paths of {@link run} are relative to it */
  constructor(folder: string, options: InspectPoolOptions = {}) {
    this.folder = folder;
    this.size = options.size ?? Math.min(16, availableParallelism());
    this.entry = options.entry ?? entryUrl('inspect');
  }

  /**
   * Inspects files in any order; `onResult` is called once for each.
   * @throws LabError "cancelled" when the signal is aborted, "internal" when no worker can be started
   */
  async run(
    task: InspectTask,
    paths: readonly string[],
    onResult: (path: string, inspection: Inspection) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    if (paths.length === 0) return;
    // On Linux the native library must be loaded by the main thread first, or it is unloaded with the first worker that ends.
    await import('sharp');
    const queue = [...paths].reverse(); // taken from the end
    const chunk = CHUNK[task];
    const lanes = Math.min(this.size, Math.ceil(paths.length / chunk));
    const stop = new AbortController(); // one lane that cannot go on ends the others
    const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const lane = async (): Promise<void> => {
      try {
        while (queue.length > 0) {
          const paths = queue.splice(-chunk).reverse();
          const left = await this.runChunk({ folder: this.folder, paths, task }, onResult, stopped);
          queue.push(...left.reverse());
        }
      } catch (error) {
        stop.abort();
        throw error;
      }
    };
    const results = await Promise.allSettled(Array.from({ length: lanes }, lane));
    const failures = results.filter((r) => r.status === 'rejected').map((r) => r.reason as unknown);
    if (failures.length === 0) return;
    throw failures.find((f) => !(f instanceof LabError && f.code === 'cancelled')) ?? failures[0];
  }

  /** Ends the workers; files they are at are given up. */
  async close(): Promise<void> {
    this.idle.length = 0;
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }

  /** Runs a chunk on one worker and returns the files that are still to do because the worker died. */
  private async runChunk(
    message: ToWorker,
    onResult: (path: string, inspection: Inspection) => void,
    signal: AbortSignal,
  ): Promise<string[]> {
    const worker = this.idle.pop() ?? (await this.start());
    const left = [...message.paths];
    return new Promise((resolve, reject) => {
      let reason = 'it ended without a word';
      const settle = (done: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        signal.removeEventListener('abort', onAbort);
        done();
      };
      const onMessage = (answer: FromWorker) => {
        if (answer.type === 'result') {
          left.shift(); // answers come in the order of the chunk
          onResult(answer.path, answer.inspection);
        } else if (answer.type === 'idle') {
          this.idle.push(worker);
          settle(() => resolve([]));
        }
      };
      const onError = (error: unknown) => {
        reason = error instanceof Error ? error.message : String(error);
      };
      const onExit = () =>
        settle(() => {
          const culprit = left.shift();
          if (culprit !== undefined)
            onResult(culprit, { ok: false, code: 'unreadable', what: `it crashed the decoder (${reason})` });
          resolve(left);
        });
      const onAbort = () => settle(() => reject(new LabError('cancelled', 'Indexing was cancelled.')));
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      else worker.postMessage(message);
    });
  }

  private start(): Promise<Worker> {
    const worker = new Worker(this.entry, { execArgv: [] }); // options of this process, e.g. --input-type, need not suit a worker
    this.all.add(worker);
    return new Promise((resolve, reject) => {
      let reason = 'it ended at once';
      const fail = () => reject(new LabError('internal', `The image decoder could not be started: ${reason}.`));
      worker.once('exit', fail);
      worker.once('exit', () => this.all.delete(worker));
      worker.on('error', (error) => (reason = error instanceof Error ? error.message : String(error))); // unheard, it would end the app
      worker.once('message', () => {
        worker.off('exit', fail);
        resolve(worker);
      });
    });
  }
}
