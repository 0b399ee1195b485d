import { type Box, cropOf, type Framing } from '../../shared/domain/framing.ts';
import { resizeColumns, resizeRows, scratch, SLACK, WEIGHT_BITS } from './resample-kernels.ts';

/** An 8-bit RGB image: rows from top to bottom, [height, width, 3]. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export type Filter = 'bilinear' | 'bicubic';

/** Filter kernels of Pillow's `resize`: half-width in source pixels at scale 1, and the weight at a distance. */
const KERNELS: Record<Filter, { support: number; weight: (x: number) => number }> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight(x) {
      const a = -0.5; // Keys' cubic, as Pillow sets it
      const d = Math.abs(x);
      if (d < 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
      return d < 2 ? a * (d ** 3 - 5 * d ** 2 + 8 * d - 4) : 0;
    },
  },
};

/** For each output index the first source index and the weights: the kernels' table. */
interface Taps {
  readonly table: Uint8Array;
  /** bytes of one output index's record */
  readonly recordBytes: number;
  readonly pairs: number;
}

export interface Mirror {
  readonly horizontally: boolean;
  readonly vertically: boolean;
}

/** Bytes of a source that are taken through the first pass at a time: they stay in the processor's cache. */
const STRIP_BYTES = 1 << 17;

/**
 * Resizes a region as Pillow's `Image.resize` does: separable, and antialiased when it shrinks, since the kernel widens with
 * the scale; rounded and clipped to 8 bits between the passes. Pillow's coefficients have more bits, so values may differ by one.
 * @param box region of the source, whole pixels
 * @param target receives [outHeight, outWidth, 3]
 * @param mirror flips the result
 */
export function resize(
  source: Pixels,
  box: Box,
  outWidth: number,
  outHeight: number,
  filter: Filter,
  target: Uint8Array,
  mirror: Mirror = { horizontally: false, vertically: false },
): void {
  const across = tapsOf(box.width, outWidth, filter);
  const down = tapsOf(box.height, outHeight, filter);
  const sourceStride = source.width * 3;
  const stride = outWidth * 3;
  const stripRows = Math.max(1, Math.floor(STRIP_BYTES / sourceStride));
  // memory: both tables, the result, a strip of the source, the rows between the passes
  const result = across.table.length + down.table.length;
  const strip = result + outHeight * stride + SLACK;
  const rows = strip + stripRows * sourceStride + across.pairs * 6 + SLACK; // a last window's empty weights lie beyond the end
  const memory = scratch(rows + (box.height + down.pairs * 2) * stride + SLACK);
  memory.set(across.table, 0);
  memory.set(down.table, across.table.length);

  const first = (taps: Taps, at: number, mirrored: boolean) =>
    [mirrored ? at + taps.table.length - taps.recordBytes : at, mirrored ? -taps.recordBytes : taps.recordBytes] as const;
  const [acrossAt, acrossStep] = first(across, 0, mirror.horizontally);
  for (let y = 0; y < box.height; y += stripRows) {
    const count = Math.min(stripRows, box.height - y);
    const start = (box.y + y) * sourceStride;
    memory.set(source.data.subarray(start, start + count * sourceStride), strip);
    resizeRows(strip + box.x * 3, sourceStride, count, acrossAt, acrossStep, across.pairs, outWidth, rows + y * stride);
  }
  const [downAt, downStep] = first(down, across.table.length, mirror.vertically);
  resizeColumns(rows, stride, downAt, downStep, down.pairs, outHeight, result);
  target.set(memory.subarray(result, result + outHeight * stride));
}

const cache = new Map<string, Taps>();

function tapsOf(inSize: number, outSize: number, filter: Filter): Taps {
  const key = `${inSize}:${outSize}:${filter}`;
  const known = cache.get(key);
  if (known) return known;
  const { support, weight } = KERNELS[filter];
  const scale = inSize / outSize;
  const stretch = Math.max(scale, 1);
  const reach = support * stretch;
  const pairs = Math.ceil((Math.ceil(reach) * 2 + 1) / 2);
  const recordBytes = 4 + pairs * 4;
  const table = new Uint8Array(outSize * recordBytes); // weights that are not set stay zero
  const view = new DataView(table.buffer);
  for (let i = 0; i < outSize; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(inSize, Math.floor(centre + reach + 0.5));
    const values = Array.from({ length: end - first }, (_, k) => weight((first + k - centre + 0.5) / stretch));
    const unit = 2 ** WEIGHT_BITS / values.reduce((a, b) => a + b, 0);
    view.setInt32(i * recordBytes, first, true);
    values.forEach((value, k) => view.setInt16(i * recordBytes + 4 + k * 2, Math.round(value * unit), true));
  }
  if (cache.size > 4096) cache.clear(); // random crops have many sizes
  const taps = { table, recordBytes, pairs };
  cache.set(key, taps);
  return taps;
}

/** Averages factor x factor blocks; a rest at the right and the bottom is cut. */
export function shrink({ width, height, data }: Pixels, factor: number): Pixels {
  if (factor === 1) return { width, height, data };
  const [w, h] = [Math.floor(width / factor), Math.floor(height / factor)];
  const result = new Uint8Array(w * h * 3);
  const area = factor * factor;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = area / 2;
        for (let dy = 0; dy < factor; dy++) {
          let at = ((y * factor + dy) * width + x * factor) * 3 + c;
          for (let dx = 0; dx < factor; dx++, at += 3) sum += data[at];
        }
        result[(y * w + x) * 3 + c] = sum / area;
      }
    }
  }
  return { width: w, height: h, data: result };
}

export interface EvaluationView extends Framing {
  readonly filter: Filter;
}

/**
 * The network's view of an image in validation and test.
 * @returns [inputSize[0], inputSize[1], 3]
 * @throws RangeError in mode "none" when the image has another size
 */
export function evaluationView(image: Pixels, { inputSize: [height, width], mode, cropPct, filter }: EvaluationView): Uint8Array {
  const target = new Uint8Array(height * width * 3);
  const whole = { x: 0, y: 0, width: image.width, height: image.height };
  if (mode === 'none') {
    if (image.width !== width || image.height !== height)
      throw new RangeError(`the image has ${image.width} x ${image.height} pixels, the network takes ${width} x ${height}`);
    target.set(image.data);
    return target;
  }
  if (mode === 'full frame') {
    resize(image, whole, width, height, filter, target);
    return target;
  }
  const { resizedWidth, resizedHeight, left, top } = cropOf(image, [height, width], cropPct);
  const resized = new Uint8Array(resizedWidth * resizedHeight * 3);
  resize(image, whole, resizedWidth, resizedHeight, filter, resized);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * resizedWidth + left) * 3;
    target.set(resized.subarray(start, start + width * 3), y * width * 3);
  }
  return target;
}
