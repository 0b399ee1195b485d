import { join } from 'node:path';
import type { TrialConfig, TrialImage, TrialMessage } from '../../shared/contract/trial.ts';
import type { Variant } from '../../shared/domain/catalogue.ts';
import { PixelCache } from './pixel-cache.ts';
import { evaluationView, type Pixels, shrink } from './resample.ts';

/** images per batch of validation and test */
export const EVALUATION_BATCH = 32;

/** How a trial process talks to whoever started it. */
export interface TrialHooks {
  send(message: TrialMessage): void;
  /** true once the parent asked to stop */
  stopped(): boolean;
}

/** The images of a trial, from the cache of decoded pixels. */
export class Pictures {
  private readonly cache: PixelCache;
  private readonly config: TrialConfig;
  private readonly variant: Variant;
  private readonly hooks: TrialHooks;

  constructor(config: TrialConfig, variant: Variant, hooks: TrialHooks) {
    this.config = config;
    this.variant = variant;
    this.hooks = hooks;
    this.cache = new PixelCache(config.cacheFolder);
  }

  /** Training images, shrunk as far as the smallest random crop allows; null when stopped. */
  async training(): Promise<Pixels[] | null> {
    const { train, inputSize, augmentation } = this.config;
    const result: Pixels[] = [];
    const treat = (pixels: Pixels) => shrink(pixels, shrinkFactor(pixels, inputSize, augmentation.scale[0]));
    const treatment = `train-${inputSize.join('x')}-${Math.round(augmentation.scale[0] * 1000)}`;
    for (const image of train) {
      if (this.hooks.stopped()) return null;
      result.push(await this.get(image, treatment, treat));
      this.hooks.send({ type: 'phase', phase: 'decoding', done: result.length, total: train.length });
    }
    return result;
  }

  /** Batches for validation and test, in order. */
  async *evaluation(images: readonly TrialImage[], phase: 'validating' | 'testing') {
    const { inputSize, evaluation } = this.config;
    const { cropPct, interpolation } = this.variant;
    const view = { inputSize, mode: evaluation, cropPct, filter: interpolation } as const;
    const treatment = `eval-${inputSize.join('x')}-${evaluation.replace(' ', '-')}-${Math.round(cropPct * 1000)}-${interpolation}`;
    const [height, width] = inputSize;
    for (let start = 0; start < images.length; start += EVALUATION_BATCH) {
      if (this.hooks.stopped()) return;
      const own = images.slice(start, start + EVALUATION_BATCH);
      const pixels = new Uint8Array(own.length * height * width * 3);
      for (const [i, image] of own.entries()) {
        const seen = await this.get(image, treatment, (whole) => ({ width, height, data: evaluationView(whole, view) }));
        pixels.set(seen.data, i * height * width * 3);
      }
      yield { images: own, pixels };
      this.hooks.send({ type: 'phase', phase, done: start + own.length, total: images.length });
      await new Promise(setImmediate);
    }
  }

  private get(image: TrialImage, treatment: string, treat: (pixels: Pixels) => Pixels): Promise<Pixels> {
    const path = join(this.config.dataset.folder, image.path);
    return this.cache.get({ path, pixelSha256: image.pixelSha256 }, treatment, treat);
  }
}

/** The largest whole factor at which the smallest random crop still has the network's input size. */
export function shrinkFactor({ width, height }: Pixels, inputSize: readonly [number, number], smallestScale: number): number {
  const crop = Math.sqrt(smallestScale) * Math.min(width, height);
  return Math.max(1, Math.floor(crop / Math.max(...inputSize)));
}
