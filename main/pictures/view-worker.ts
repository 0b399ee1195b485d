/**
 * Worker thread of {@link ViewReader}: takes images through the pixel cache to the network's view of them, a batch at a time, in
 * the order of the requests.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorEnvelope, toEnvelope } from '../../shared/contract/errors.ts';
import { type CachedImage, DECODERS, PixelCache } from './pixel-cache.ts';
import { readAhead } from './read-ahead.ts';
import { type EvaluationView, evaluationView, type Pixels } from './resample.ts';
import { zoomInto } from './zoom.ts';

/** What the thread is given when it starts. */
export interface ViewWorkerData {
  readonly cacheFolder: string;
  readonly view: EvaluationView;
}

/** An image, and how much larger than the view itself it is to be shown: 1 for the view as it is. */
export interface ViewedImage extends CachedImage {
  readonly zoom: number;
}

/** The images of a batch; or "drop": requests so far are wanted no longer. */
export type ViewRequest = readonly ViewedImage[] | 'drop';
/** uint8 [N, height, width, 3], or why there is none. */
export type ViewAnswer = { readonly pixels: Uint8Array<ArrayBuffer> } | { readonly error: ErrorEnvelope };

const port = parentPort!;
const { cacheFolder, view } = workerData as ViewWorkerData;
const cache = new PixelCache(cacheFolder);
const [height, width] = view.inputSize;
// the name changes with the arithmetic of the resize: pixels of before must not be taken for pixels of now
const treatment = `view-${height}x${width}-${view.mode.replace(' ', '-')}-${Math.round(view.cropPct * 1000)}-${view.filter}`;

let drops = 0;
let turn = Promise.resolve();

port.on('message', (request: ViewRequest) => {
  if (request === 'drop') {
    drops++;
    return;
  }
  const before = drops;
  turn = turn.then(async () => {
    try {
      const pixels = await read(request, () => drops !== before);
      port.postMessage({ pixels } satisfies ViewAnswer, [pixels.buffer]);
    } catch (error) {
      port.postMessage({ error: toEnvelope(error) } satisfies ViewAnswer);
    }
  });
});

async function read(images: readonly ViewedImage[], dropped: () => boolean): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = new Uint8Array(images.length * height * width * 3);
  let offset = 0;
  const see = ({ zoom, ...image }: ViewedImage) =>
    cache.get(image, zoom === 1 ? treatment : `${treatment}-zoom-${zoom.toPrecision(6)}`, (whole) => ({
      width,
      height,
      data: zoom === 1 ? evaluationView(whole, view) : zoomed(whole, zoom),
    }));
  if (dropped()) return pixels;
  for await (const { data } of readAhead(images, DECODERS, see)) {
    if (dropped()) break;
    pixels.set(data, offset);
    offset += data.length;
  }
  return pixels;
}

function zoomed(whole: Pixels, zoom: number): Uint8Array {
  const target = new Uint8Array(height * width * 3);
  zoomInto(whole, { view, zoom }, target);
  return target;
}
