import { Worker } from 'node:worker_threads';
import { LabError } from '../../shared/contract/errors.ts';
import { entryUrl } from '../platform/entries.ts';
import type { ViewAnswer, ViewedImage, ViewRequest, ViewWorkerData } from './view-worker.ts';

/**
 * Reads images for validation and test in a thread of its own, because TensorFlow blocks the trainer's thread while it computes:
 * nothing could be read there meanwhile. The thread keeps the process alive only between {@link hold} and {@link release}.
 */
export class ViewReader {
  private readonly worker: Worker;
  /** requests without an answer, oldest first: answers come in order */
  private readonly pending: { resolve: (pixels: Uint8Array) => void; reject: (error: Error) => void }[] = [];

  constructor(data: ViewWorkerData) {
    this.worker = new Worker(entryUrl('view'), { workerData: data });
    this.worker.unref();
    this.worker.on('message', (answer: ViewAnswer) => {
      const { resolve, reject } = this.pending.shift()!;
      if ('pixels' in answer) resolve(answer.pixels);
      else reject(new LabError(answer.error.code, answer.error.message, answer.error.details));
    });
    this.worker.on('error', (error) => this.pending.splice(0).forEach(({ reject }) => reject(error as Error)));
  }

  /**
   * The network's views of some images, uint8 [N, height, width, 3], the caller's own.
   * @throws LabError "damaged-file" when an image cannot be decoded any more or is not the indexed one
   */
  read(images: readonly ViewedImage[]): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.pending.push({ resolve, reject });
      this.worker.postMessage(images satisfies ViewRequest);
    });
  }

  /** What was asked for and has not been read is wanted no longer: it is answered at once, with any pixels. */
  drop(): void {
    this.worker.postMessage('drop' satisfies ViewRequest);
  }

  /** To be called before the first of some reads. */
  hold(): void {
    this.worker.ref();
  }

  /** To be called after the last of them. */
  release(): void {
    this.worker.unref();
  }
}
