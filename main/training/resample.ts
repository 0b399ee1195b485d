/** An 8-bit RGB image: rows from top to bottom, [height, width, 3]. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
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

interface Taps {
  /** first source index per output index */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** weights, `width` per output index */
  readonly weights: Float32Array;
  readonly width: number;
}

/**
 * Resizes a region as Pillow's `Image.resize` does: separable, and antialiased when it shrinks, since the kernel widens with
 * the scale; rounded and clipped to 8 bits between the passes. Pillow's coefficients are fixed-point, so values may differ by one.
 * @param box region of the source, whole pixels
 * @param target receives [outHeight, outWidth, 3]
 */
export function resize(source: Pixels, box: Box, outWidth: number, outHeight: number, filter: Filter, target: Uint8Array): void {
  const across = tapsOf(box.width, outWidth, filter);
  const down = tapsOf(box.height, outHeight, filter);
  const { data, width } = source;
  const rows = new Uint8ClampedArray(box.height * outWidth * 3); // rounds and clips
  for (let y = 0; y < box.height; y++) {
    const row = ((box.y + y) * width + box.x) * 3;
    for (let x = 0; x < outWidth; x++) {
      let at = row + across.first[x] * 3;
      const end = x * across.width + across.count[x];
      let r = 0;
      let g = 0;
      let b = 0;
      for (let k = x * across.width; k < end; k++, at += 3) {
        const w = across.weights[k];
        r += w * data[at];
        g += w * data[at + 1];
        b += w * data[at + 2];
      }
      const out = (y * outWidth + x) * 3;
      rows[out] = r;
      rows[out + 1] = g;
      rows[out + 2] = b;
    }
  }
  const stride = outWidth * 3;
  for (let y = 0; y < outHeight; y++) {
    const first = down.first[y] * stride;
    const count = down.count[y];
    for (let i = 0; i < stride; i++) {
      let sum = 0.5;
      for (let k = 0; k < count; k++) sum += down.weights[y * down.width + k] * rows[first + k * stride + i];
      target[y * stride + i] = sum < 0 ? 0 : sum > 255 ? 255 : sum; // the array truncates; 0.5 above rounds
    }
  }
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
  const width = Math.ceil(reach) * 2 + 1;
  const taps: Taps = {
    first: new Int32Array(outSize),
    count: new Int32Array(outSize),
    weights: new Float32Array(outSize * width),
    width,
  };
  for (let i = 0; i < outSize; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(inSize, Math.floor(centre + reach + 0.5));
    const values = Array.from({ length: end - first }, (_, k) => weight((first + k - centre + 0.5) / stretch));
    const sum = values.reduce((a, b) => a + b, 0);
    values.forEach((value, k) => (taps.weights[i * width + k] = value / sum));
    taps.first[i] = first;
    taps.count[i] = end - first;
  }
  if (cache.size > 4096) cache.clear(); // random crops have many sizes
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

export interface EvaluationView {
  /** height, width of the network's input */
  readonly inputSize: readonly [number, number];
  /** "crop": short side to size / cropPct, then the centre (timm); "full frame": the whole image squeezed; "none": taken as it is */
  readonly mode: 'crop' | 'full frame' | 'none';
  readonly cropPct: number;
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
  // timm: the image just covers size / cropPct, keeping its proportions; torchvision rounds the long side down
  const scale = Math.max(Math.floor(height / cropPct) / image.height, Math.floor(width / cropPct) / image.width);
  const [resizedWidth, resizedHeight] = [Math.floor(image.width * scale + 1e-6), Math.floor(image.height * scale + 1e-6)];
  const resized = new Uint8Array(resizedWidth * resizedHeight * 3);
  resize(image, whole, resizedWidth, resizedHeight, filter, resized);
  const left = roundHalfToEven((resizedWidth - width) / 2); // as Python rounds in torchvision
  const top = roundHalfToEven((resizedHeight - height) / 2);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * resizedWidth + left) * 3;
    target.set(resized.subarray(start, start + width * 3), y * width * 3);
  }
  return target;
}

function roundHalfToEven(n: number): number {
  const floor = Math.floor(n);
  return n - floor === 0.5 ? floor + (floor % 2) : Math.round(n);
}
