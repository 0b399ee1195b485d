import type { AugmentationSettings } from '../../shared/contract/plan.ts';
import type { Random } from '../../shared/domain/random.ts';
import type { Box } from '../../shared/domain/framing.ts';
import { type EvaluationView, type Pixels, resize } from './resample.ts';
import { zoomInto } from './zoom.ts';

/** At which scales training images are shown, instead of random crops. */
export interface Zooms {
  /** how a test shows them: zoom 1 */
  readonly view: EvaluationView;
  /** smallest and largest zoom, one pair per image */
  readonly ranges: readonly (readonly [number, number])[];
}

/**
 * timm's training transform: RandomResizedCrop with a random bilinear or bicubic filter, flips, colour jitter in random
 * order (torchvision's `transforms`).
 * @param zoom instead of the random crop: the view of a test at a random place, log-uniformly so many times as large
 * @param target receives [height, width, 3]
 */
export function augment(
  source: Pixels,
  settings: AugmentationSettings,
  [height, width]: readonly [number, number],
  random: Random,
  target: Uint8Array,
  zoom: { view: EvaluationView; range: readonly [number, number] } | null = null,
): void {
  const box = zoom ? null : randomCrop(source, settings, random);
  const filter = random.next() < 0.5 ? 'bilinear' : 'bicubic';
  const mirror = {
    horizontally: random.next() < settings.horizontalFlip,
    vertically: random.next() < settings.verticalFlip,
  };
  if (zoom) {
    const chosen = Math.exp(random.uniform(Math.log(zoom.range[0]), Math.log(zoom.range[1])));
    const place = { x: random.next(), y: random.next() };
    zoomInto(source, { view: zoom.view, zoom: chosen, filter, place, mirror }, target);
  } else resize(source, box!, width, height, filter, target, mirror);
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

/**
 * torchvision's ColorJitter without hue: every factor uniform in [1 - strength, 1 + strength], in random order. Brightness and
 * contrast change each value by itself, so they only change a table; the pixels are touched where a table is not enough.
 */
function jitter(data: Uint8Array, strength: number, random: Random): void {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => value);
  for (const adjust of random.shuffle([brightness, contrast, saturation]))
    adjust(data, table, random.uniform(Math.max(0, 1 - strength), 1 + strength));
  for (let i = 0; i < data.length; i++) data[i] = table[data[i]];
}

function brightness(_data: Uint8Array, table: Uint8ClampedArray, factor: number): void {
  for (let value = 0; value < 256; value++) table[value] = Math.floor(factor * table[value]);
}

function contrast(data: Uint8Array, table: Uint8ClampedArray, factor: number): void {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += grey(table[data[i]], table[data[i + 1]], table[data[i + 2]]);
  const mean = Math.round(sum / (data.length / 3));
  for (let value = 0; value < 256; value++) table[value] = Math.floor(factor * table[value] + (1 - factor) * mean);
}

function saturation(data: Uint8Array, table: Uint8ClampedArray, factor: number): void {
  const fixed = Math.round(factor * 65536); // a factor up to 2, times 255, fits 32 bits
  for (let i = 0; i < data.length; i += 3) {
    const r = table[data[i]];
    const g = table[data[i + 1]];
    const b = table[data[i + 2]];
    const rest = grey(r, g, b) * (65536 - fixed);
    data[i] = clip((fixed * r + rest) >> 16);
    data[i + 1] = clip((fixed * g + rest) >> 16);
    data[i + 2] = clip((fixed * b + rest) >> 16);
  }
  for (let value = 0; value < 256; value++) table[value] = value;
}

function clip(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** ITU-R 601-2 luma in 16-bit fixed point, as Pillow's convert("L"). */
function grey(r: number, g: number, b: number): number {
  return (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
}
