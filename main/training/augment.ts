import type { AugmentationSettings } from '../../shared/contract/plan.ts';
import type { Random } from '../../shared/domain/random.ts';
import { type Box, type Pixels, resize } from './resample.ts';

/**
 * timm's training transform: RandomResizedCrop with a random bilinear or bicubic filter, flips, colour jitter in random
 * order (torchvision's `transforms`).
 * @param target receives [height, width, 3]
 */
export function augment(
  source: Pixels,
  settings: AugmentationSettings,
  [height, width]: readonly [number, number],
  random: Random,
  target: Uint8Array,
): void {
  const box = randomCrop(source, settings, random);
  resize(source, box, width, height, random.next() < 0.5 ? 'bilinear' : 'bicubic', target);
  if (random.next() < settings.horizontalFlip) flipHorizontally(target, width, height);
  if (random.next() < settings.verticalFlip) flipVertically(target, width, height);
  if (settings.colourJitter > 0) jitter(target, settings.colourJitter, random);
}

/** torchvision's RandomResizedCrop.get_params: ten tries at a random area and a log-uniform ratio, then the centre. */
export function randomCrop({ width, height }: Pixels, { scale, ratio }: AugmentationSettings, random: Random): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * random.uniform(scale[0], scale[1]);
    const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height)
      return { x: random.integer(width - w + 1), y: random.integer(height - h + 1), width: w, height: h };
  }
  const own = width / height;
  const w = own > ratio[1] ? Math.round(height * ratio[1]) : width;
  const h = own < ratio[0] ? Math.round(width / ratio[0]) : height;
  return { x: Math.floor((width - w) / 2), y: Math.floor((height - h) / 2), width: w, height: h };
}

function flipHorizontally(data: Uint8Array, width: number, height: number): void {
  for (let y = 0; y < height; y++) {
    for (let left = y * width * 3, right = left + (width - 1) * 3; left < right; left += 3, right -= 3) {
      for (let c = 0; c < 3; c++) [data[left + c], data[right + c]] = [data[right + c], data[left + c]];
    }
  }
}

function flipVertically(data: Uint8Array, width: number, height: number): void {
  const row = width * 3;
  for (let top = 0, bottom = (height - 1) * row; top < bottom; top += row, bottom -= row) {
    const kept = data.slice(top, top + row);
    data.copyWithin(top, bottom, bottom + row);
    data.set(kept, bottom);
  }
}

/** torchvision's ColorJitter without hue: every factor uniform in [1 - strength, 1 + strength], in random order. */
function jitter(data: Uint8Array, strength: number, random: Random): void {
  for (const adjust of random.shuffle([brightness, contrast, saturation]))
    adjust(data, random.uniform(Math.max(0, 1 - strength), 1 + strength));
}

function brightness(data: Uint8Array, factor: number): void {
  blend(data, factor, () => 0);
}

function contrast(data: Uint8Array, factor: number): void {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += grey(data, i);
  const mean = Math.round(sum / (data.length / 3));
  blend(data, factor, () => mean);
}

function saturation(data: Uint8Array, factor: number): void {
  blend(data, factor, grey);
}

/** data = factor * data + (1 - factor) * other, clipped. `other` is one value per pixel. */
function blend(data: Uint8Array, factor: number, other: (data: Uint8Array, at: number) => number): void {
  for (let i = 0; i < data.length; i += 3) {
    const rest = (1 - factor) * other(data, i);
    for (let c = i; c < i + 3; c++) {
      const value = factor * data[c] + rest;
      data[c] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

/** ITU-R 601-2 luma, as Pillow's convert("L"). */
function grey(data: Uint8Array, i: number): number {
  return (299 * data[i] + 587 * data[i + 1] + 114 * data[i + 2]) / 1000;
}
