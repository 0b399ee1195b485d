import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import type { TissueCase } from './region.ts';
import { drawCase, type WrittenPicture } from './draw-case.ts';

/** What a tissue worker is started with. */
export interface TissueJob {
  readonly folder: string;
  readonly fieldsPerMagnification: number;
}

/** Worker to owner: one more picture lies on disk; or a case is done (also said once at the start, with no case). */
export type TissueMessage = { type: 'picture' } | { type: 'idle'; pictures: WrittenPicture[] };

const { folder, fieldsPerMagnification } = workerData as TissueJob;
const port = parentPort!;
const say = (message: TissueMessage) => port.postMessage(message);

sharp.concurrency(1); // the workers already fill the cores

port.on('message', (tissue: TissueCase | 'end') => {
  if (tissue === 'end') return port.close();
  drawCase(folder, tissue, fieldsPerMagnification, () => say({ type: 'picture' })).then(
    (pictures) => say({ type: 'idle', pictures }),
    (error: unknown) => {
      // A rejected promise in a listener would be reported as unhandled; thrown here it reaches the owner's "error" event.
      queueMicrotask(() => {
        throw error;
      });
    },
  );
});
say({ type: 'idle', pictures: [] });
