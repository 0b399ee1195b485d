import { join } from 'node:path';
import type { TrialConfig, TrialImage, TrialMessage } from '../../shared/contract/trial.ts';
import type { Variant } from '../../shared/domain/families/index.ts';
import { type CachedImage, DECODERS, PixelCache } from './pixel-cache.ts';
import { readAhead } from './read-ahead.ts';
import { zoomRange } from '../../shared/domain/study/scaling.ts';
import { type EvaluationView, type Pixels, shrink } from './resample.ts';
import type { Zooms } from './augment.ts';
import { ViewReader } from './view-reader.ts';

/** images per batch of validation and test */
export const EVALUATION_BATCH = 32;
/** Evaluation batches that are being read or wait, beside the one in use. */
const BATCHES_AHEAD = 2;

/** How a trial process talks to whoever started it. */
export interface TrialHooks {
  send(message: TrialMessage): void;
  /** aborted once the parent asked to stop */
  readonly signal: AbortSignal;
  /** to be called before every write @throws LabError "project-locked" when another process has taken over the trial */
  check(): void;
}

/** An image to be shown as in a test, or so many times larger. */
export interface Shown {
  readonly image: TrialImage;
  readonly zoom?: number;
}

/** The images of a trial, from the cache of decoded pixels. */
export class Pictures {
  private readonly cache: PixelCache;
  private readonly config: TrialConfig;
  private readonly view: EvaluationView;
  private readonly hooks: TrialHooks;
  private reader: ViewReader | null = null;

  constructor(config: TrialConfig, variant: Pick<Variant, 'cropPct' | 'interpolation'>, hooks: TrialHooks) {
    this.config = config;
    const { inputSize, evaluation } = config;
    this.view = { inputSize, mode: evaluation, cropPct: variant.cropPct, filter: variant.interpolation };
    this.hooks = hooks;
    this.cache = new PixelCache(config.cacheFolder);
  }

  /** At which scales training images are shown; null where a random crop decides. */
  zooms(): Zooms | null {
    const { scaling = 'crop', magnifications = [], train } = this.config;
    if (scaling === 'crop') return null;
    return { view: this.view, ranges: train.map(({ magnification }) => zoomRange(scaling, magnification, magnifications)) };
  }

  /** Training images, shrunk as far as the smallest part that is shown of them allows; null when stopped. */
  async training(): Promise<Pixels[] | null> {
    const { train, inputSize, augmentation } = this.config;
    const ranges = this.zooms()?.ranges;
    const result: Pixels[] = [];
    const smallestOf = new Map(train.map((image, i) => [image, ranges ? smallestShare(ranges[i][1]) : augmentation.scale[0]]));
    const get = (image: TrialImage) => {
      const smallest = smallestOf.get(image)!;
      const treatment = `train-${inputSize.join('x')}-${Math.round(smallest * 1000)}`;
      return this.cache.get(this.locate(image), treatment, (pixels) => shrink(pixels, shrinkFactor(pixels, inputSize, smallest)));
    };
    if (this.hooks.signal.aborted) return null;
    for await (const pixels of readAhead(train, DECODERS, get)) {
      result.push(pixels);
      this.hooks.send({ type: 'phase', phase: 'decoding', done: result.length, total: train.length });
      if (result.length < train.length && this.hooks.signal.aborted) return null;
    }
    return result;
  }

  /** Batches for validation and test, in order; the next ones are read while the caller is busy with one. */
  async *evaluation<T extends Shown>(images: readonly T[], phase: 'validating' | 'testing' | 'decoding') {
    if (images.length === 0 || this.hooks.signal.aborted) return;
    const batches: (readonly T[])[] = [];
    for (let start = 0; start < images.length; start += EVALUATION_BATCH)
      batches.push(images.slice(start, start + EVALUATION_BATCH));
    this.reader ??= new ViewReader({ cacheFolder: this.config.cacheFolder, view: this.view });
    const { reader } = this;
    const read = async (own: readonly T[]) => ({
      images: own,
      pixels: await reader.read(own.map(({ image, zoom = 1 }) => ({ ...this.locate(image), zoom }))),
    });
    let done = 0;
    reader.hold();
    try {
      for await (const batch of readAhead(batches, BATCHES_AHEAD, read, () => reader.drop())) {
        yield batch;
        done += batch.images.length;
        this.hooks.send({ type: 'phase', phase, done, total: images.length });
        await new Promise(setImmediate);
        if (this.hooks.signal.aborted) return;
      }
    } finally {
      reader.release();
    }
  }

  private locate({ path, pixelSha256 }: TrialImage): CachedImage {
    return { path: join(this.config.dataset.folder, path), pixelSha256 };
  }
}

/** Share of the image's area that is shown at least, at the largest zoom; rounded down to what names a treatment. */
function smallestShare(zoom: number): number {
  return Math.floor(1000 * Math.min(1, zoom ** -2)) / 1000;
}

/** The largest whole factor at which the smallest random crop still has the network's input size. */
export function shrinkFactor({ width, height }: Pixels, inputSize: readonly [number, number], smallestScale: number): number {
  const crop = Math.sqrt(smallestScale) * Math.min(width, height);
  return Math.max(1, Math.floor(crop / Math.max(...inputSize)));
}
