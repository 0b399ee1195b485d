import { parentPort, workerData } from 'node:worker_threads';
import type { AugmentationSettings } from '../../shared/contract/plan.ts';
import { Random } from '../../shared/domain/random.ts';
import { augment, type Zooms } from './augment.ts';

/** What a loader thread is given when it starts: shared memory and settings. */
export interface LoadWorkerData {
  /** pixels of all training images, one after the other */
  readonly pixels: SharedArrayBuffer;
  readonly table: readonly { readonly offset: number; readonly width: number; readonly height: number }[];
  /** slots of a batch each: [batch, height, width, 3] */
  readonly ring: SharedArrayBuffer;
  /** from the start of a slot to the next */
  readonly slotBytes: number;
  readonly inputSize: readonly [number, number];
  readonly augmentation: AugmentationSettings;
  readonly zooms: Zooms | null;
  readonly seed: number;
}

/** One batch to fill. */
export interface LoadRequest {
  readonly slot: number;
  readonly epoch: number;
  /** indices into the table */
  readonly images: readonly number[];
}

const { pixels, table, ring, slotBytes, inputSize, augmentation, zooms, seed } = workerData as LoadWorkerData;
const imageBytes = inputSize[0] * inputSize[1] * 3;

parentPort!.on('message', ({ slot, epoch, images }: LoadRequest) => {
  images.forEach((image, i) => {
    const { offset, width, height } = table[image];
    const source = { width, height, data: new Uint8Array(pixels, offset, width * height * 3) };
    const target = new Uint8Array(ring, slot * slotBytes + i * imageBytes, imageBytes);
    const zoom = zooms && { view: zooms.view, range: zooms.ranges[image] };
    augment(source, augmentation, inputSize, new Random(seed, 1, epoch, image), target, zoom);
  });
  parentPort!.postMessage(slot);
});
