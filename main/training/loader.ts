import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { AugmentationSettings } from '../../shared/contract/plan.ts';
import { Random } from '../../shared/domain/random.ts';
import { entryUrl } from '../store/entry-path.ts';
import type { LoadRequest, LoadWorkerData } from './load-worker.ts';
import type { Pixels } from './resample.ts';

export interface Batch {
  /** uint8 [size, height, width, 3]; valid until the next batch is asked for */
  readonly pixels: Uint8Array;
  /** positions in the list of training images */
  readonly images: readonly number[];
}

export interface LoaderOptions {
  readonly images: readonly Pixels[];
  readonly inputSize: readonly [number, number];
  readonly batchSize: number;
  readonly augmentation: AugmentationSettings;
  readonly seed: number;
  readonly threads?: number;
}

/** Batches per epoch: like timm, the last incomplete one is left out, unless it is the only one. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.max(1, Math.floor(images / batchSize));
}

/**
 * Feeds training: threads augment images from shared memory into a ring of batches, ahead of the trainer. (seed, epoch, image)
 * decides an image's augmentation, (seed, epoch) the order, so the batches do not depend on the number of threads.
 */
export class Loader {
  private readonly workers: Worker[];
  private readonly ring: SharedArrayBuffer;
  private readonly slots: number;
  private readonly waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  private readonly options: Pick<LoaderOptions, 'batchSize' | 'seed'>;
  private readonly imageCount: number;
  private readonly batchBytes: number;

  constructor(options: LoaderOptions) {
    this.imageCount = options.images.length; // the images themselves live on in shared memory alone
    this.options = { seed: options.seed, batchSize: Math.min(options.batchSize, this.imageCount) };
    const threads = options.threads ?? Math.max(1, Math.min(8, availableParallelism() - 1));
    this.slots = threads + 2;
    this.batchBytes = this.options.batchSize * options.inputSize[0] * options.inputSize[1] * 3;
    this.ring = new SharedArrayBuffer(this.slots * this.batchBytes);
    const { pixels, table } = share(options.images);
    const { inputSize, augmentation, seed } = options;
    const workerData: LoadWorkerData = {
      pixels,
      table,
      ring: this.ring,
      inputSize,
      batchSize: this.options.batchSize,
      augmentation,
      seed,
    };
    this.workers = Array.from({ length: threads }, () => {
      const worker = new Worker(entryUrl('load'), { workerData });
      worker.on('message', (slot: number) => this.waiting.get(slot)?.resolve());
      worker.on('error', (error) => this.waiting.forEach(({ reject }) => reject(error as Error)));
      return worker;
    });
  }

  /** The batches of one epoch (0-based), in order. */
  async *epoch(epoch: number): AsyncGenerator<Batch> {
    const { batchSize, seed } = this.options;
    const order = new Random(seed, 2, epoch).shuffle(Array.from({ length: this.imageCount }, (_, i) => i));
    const steps = stepsPerEpoch(this.imageCount, batchSize);
    const filled: Promise<void>[] = [];
    const request = (step: number) => {
      if (step >= steps) return;
      const slot = step % this.slots;
      const message: LoadRequest = { slot, epoch, images: order.slice(step * batchSize, (step + 1) * batchSize) };
      filled[step] = new Promise<void>((resolve, reject) => this.waiting.set(slot, { resolve, reject }));
      filled[step].catch(() => {}); // reported where it is awaited
      this.workers[step % this.workers.length].postMessage(message);
    };
    const ahead = this.slots - 1; // one slot is with the trainer
    for (let step = 0; step < ahead; step++) request(step);
    try {
      for (let step = 0; step < steps; step++) {
        await filled[step];
        const pixels = new Uint8Array(this.ring, (step % this.slots) * this.batchBytes, this.batchBytes);
        yield { pixels, images: order.slice(step * batchSize, (step + 1) * batchSize) };
        request(step + ahead);
      }
    } finally {
      await Promise.allSettled(filled); // a slot may still be written when an epoch is left early
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function share(images: readonly Pixels[]): Pick<LoadWorkerData, 'pixels' | 'table'> {
  const pixels = new SharedArrayBuffer(images.reduce((sum, { data }) => sum + data.length, 0));
  let offset = 0;
  const table = images.map(({ width, height, data }) => {
    new Uint8Array(pixels, offset, data.length).set(data);
    const row = { offset, width, height };
    offset += data.length;
    return row;
  });
  return { pixels, table };
}
