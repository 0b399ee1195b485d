import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { AugmentationSettings } from '../../shared/contract/plan.ts';
import { Random } from '../../shared/domain/random.ts';
import { entryUrl } from '../platform/entries.ts';
import type { Zooms } from './augment.ts';
import type { LoadRequest, LoadWorkerData } from './load-worker.ts';
import type { Pixels } from './resample.ts';
import { sharedMemory } from './wasm.ts';

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
  /** scales at which images are shown instead of random crops */
  readonly zooms?: Zooms | null;
  readonly seed: number;
  readonly threads?: number;
}

/** Batches per epoch: like timm, the last incomplete one is left out, unless it is the only one. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.max(1, Math.floor(images / batchSize));
}

/** A batch that a thread fills or has filled. */
interface Order {
  readonly epoch: number;
  readonly step: number;
  readonly slot: number;
  readonly images: readonly number[];
  readonly filled: Promise<void>;
}

/** TensorFlow reads memory without a copy where it starts at such an address. */
const ALIGNMENT = 64;
/** As much as {@link sharedMemory} gives. */
const MAX_RING_BYTES = 2 ** 32;

/**
 * Feeds training: threads augment images from shared memory into a ring of batches, ahead of the trainer, at an epoch's end on
 * into the next epoch. (seed, epoch, image) decides an image's augmentation, (seed, epoch) the order, so the batches do not
 * depend on the number of threads.
 */
export class Loader {
  private readonly workers: Worker[];
  private readonly ring: SharedArrayBuffer;
  private readonly slots: number;
  private readonly slotBytes: number;
  private readonly waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  private readonly options: Pick<LoaderOptions, 'batchSize' | 'seed'>;
  private readonly imageCount: number;
  private readonly batchBytes: number;
  /** ordered and not yet given out, oldest first */
  private readonly orders: Order[] = [];
  private ordered = 0;
  private next = { epoch: 0, step: 0 };
  private shuffled: { epoch: number; images: number[] } | null = null;
  private waited = 0;

  constructor(options: LoaderOptions) {
    this.imageCount = options.images.length; // the images themselves live on in shared memory alone
    this.options = { seed: options.seed, batchSize: Math.min(options.batchSize, this.imageCount) };
    const threads = options.threads ?? Math.max(1, Math.min(8, availableParallelism() - 1));
    this.batchBytes = this.options.batchSize * options.inputSize[0] * options.inputSize[1] * 3;
    this.slotBytes = Math.ceil(this.batchBytes / ALIGNMENT) * ALIGNMENT;
    this.slots = Math.max(2, Math.min(threads + 2, Math.floor(MAX_RING_BYTES / this.slotBytes)));
    this.ring = sharedMemory(this.slots * this.slotBytes);
    const { pixels, table } = share(options.images);
    const { inputSize, augmentation, zooms = null, seed } = options;
    const workerData: LoadWorkerData = {
      pixels,
      table,
      ring: this.ring,
      slotBytes: this.slotBytes,
      inputSize,
      augmentation,
      zooms,
      seed,
    };
    this.workers = Array.from({ length: threads }, () => {
      const worker = new Worker(entryUrl('load'), { workerData });
      worker.on('message', (slot: number) => this.waiting.get(slot)?.resolve());
      worker.on('error', (error) => this.waiting.forEach(({ reject }) => reject(error as Error)));
      return worker;
    });
  }

  /**
   * Seconds that whoever takes the batches has waited for them in the current epoch, or in the last one that ended; 0 before the
   * first. Divided by the epoch's seconds of training it is the share of time that loading costs.
   */
  get waitedSeconds(): number {
    return this.waited;
  }

  /** The batches of one epoch (0-based), in order. */
  async *epoch(epoch: number): AsyncGenerator<Batch> {
    this.waited = 0;
    await this.goTo(epoch);
    for (let step = 0; step < stepsPerEpoch(this.imageCount, this.options.batchSize); step++) {
      this.orderAhead();
      const { slot, images, filled } = this.orders.shift()!;
      const asked = performance.now();
      await filled;
      this.waited += (performance.now() - asked) / 1000;
      yield { pixels: new Uint8Array(this.ring, slot * this.slotBytes, this.batchBytes), images };
    }
    this.orderAhead(); // the next epoch's first batches are made during validation
  }

  /** Makes this epoch's first batch the next one, whatever was prepared. */
  private async goTo(epoch: number): Promise<void> {
    const { epoch: prepared, step } = this.orders[0] ?? this.next;
    if (prepared === epoch && step === 0) return;
    await Promise.allSettled(this.orders.map(({ filled }) => filled)); // until then threads write to their slots
    this.orders.length = 0;
    this.next = { epoch, step: 0 };
  }

  /** Keeps all slots in use. The one that was given out last is free again when this is called. */
  private orderAhead(): void {
    while (this.orders.length < this.slots) {
      const { epoch, step } = this.next;
      const { batchSize } = this.options;
      const slot = this.ordered % this.slots;
      const images = this.shuffle(epoch).slice(step * batchSize, (step + 1) * batchSize);
      const filled = new Promise<void>((resolve, reject) => this.waiting.set(slot, { resolve, reject }));
      filled.catch(() => {}); // reported where it is awaited
      this.workers[this.ordered % this.workers.length].postMessage({ slot, epoch, images } satisfies LoadRequest);
      this.orders.push({ epoch, step, slot, images, filled });
      this.ordered++;
      const last = step + 1 === stepsPerEpoch(this.imageCount, batchSize);
      this.next = last ? { epoch: epoch + 1, step: 0 } : { epoch, step: step + 1 };
    }
  }

  private shuffle(epoch: number): number[] {
    if (this.shuffled?.epoch !== epoch) {
      const images = Array.from({ length: this.imageCount }, (_, i) => i);
      this.shuffled = { epoch, images: new Random(this.options.seed, 2, epoch).shuffle(images) };
    }
    return this.shuffled.images;
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
