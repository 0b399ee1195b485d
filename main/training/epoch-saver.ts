import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { LabError } from '../../shared/contract/errors.ts';
import { entryUrl } from '../platform/entries.ts';
import type { SaveAnswer, SaveRequest, SaveWorkerData } from './save-worker.ts';

/**
 * Writes finished epochs on a thread of its own while the next one trains, one at a time: a crash costs at most the epoch that trains
 * and the one that is being written.
 */
export class EpochSaver {
  private readonly worker: Worker;
  private last: Promise<void> = Promise.resolve();

  constructor(data: SaveWorkerData) {
    this.worker = new Worker(entryUrl('save'), { workerData: data });
    this.worker.unref();
  }

  /**
   * Waits for the epoch before, and begins to write this one. The values are moved to the thread: the caller has them no longer.
   * @param written called when it is on disk
   * @throws what kept the epoch before from being written
   */
  async save(request: SaveRequest, written: () => void): Promise<void> {
    await this.last;
    this.last = this.write(request).then(written);
    this.last.catch(() => {}); // thrown where it is waited for
  }

  /** Waits until all is on disk. @throws what kept it from that */
  async settled(): Promise<void> {
    await this.last;
  }

  /** Waits for what is being written, and ends the thread. */
  async close(): Promise<void> {
    await this.last.catch(() => {});
    await this.worker.terminate();
  }

  private async write(request: SaveRequest): Promise<void> {
    const buffers = request.checkpoints.flatMap(({ values }) => [...values.values()].map(({ buffer }) => buffer as ArrayBuffer));
    this.worker.ref(); // the process lives until it is written
    try {
      this.worker.postMessage(request, [...new Set(buffers)]);
      const [error] = (await once(this.worker, 'message')) as [SaveAnswer]; // an "error" of the thread rejects
      if (error) throw new LabError(error.code, error.message, error.details);
    } finally {
      this.worker.unref();
    }
  }
}
