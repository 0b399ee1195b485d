import { Random } from '../../../shared/domain/random.ts';

/** How a slide was stained, lit and photographed. It is drawn without looking at the class, so colour tells nothing. */
export interface Stain {
  /** Optical density per unit of stain, in R, G, B. */
  readonly haematoxylin: readonly number[];
  readonly eosin: readonly number[];
  /** Brightness of empty glass in R, G, B, as a share of 1. */
  readonly glass: readonly number[];
  /** Darkening of the corners, as a share of 1, and where the light is centred, as shares of the picture. */
  readonly vignette: number;
  readonly centre: readonly [number, number];
  /** Standard deviation of the blur: of the lens in um, of the camera in px. */
  readonly lensBlur: number;
  readonly cameraBlur: number;
  /** Standard deviation of the noise, in grey levels. */
  readonly noise: number;
}

/**
 * Draws a stain. The means are the optical density vectors of Ruifrok and Johnston, "Quantification of histochemical
 * staining by color deconvolution" (2001), eosin moved towards the salmon that photographs of H&E show.
 */
export function drawStain(seed: number, number: number): Stain {
  const random = new Random(seed, number, 3);
  const hue = random.uniform(-0.12, 0.12);
  const strengthH = random.uniform(0.75, 1.3);
  const strengthE = random.uniform(0.6, 1.45);
  const tint = random.uniform(-0.05, 0.05);
  const brightness = random.uniform(0.86, 0.97);
  return {
    haematoxylin: [0.66 + hue, 0.7 - 0.3 * hue, 0.3 - 0.5 * hue].map((od) => od * strengthH),
    eosin: [random.uniform(0.04, 0.15), random.uniform(0.7, 0.9), random.uniform(0.26, 0.52)].map((od) => od * strengthE),
    glass: [brightness - Math.max(0, tint) * 0.8, brightness, brightness - random.uniform(-0.02, 0.05) + Math.min(0, tint)],
    vignette: random.uniform(0.02, 0.16),
    centre: [random.uniform(0.35, 0.65), random.uniform(0.35, 0.65)],
    lensBlur: random.uniform(0.07, 0.13),
    cameraBlur: random.uniform(0.35, 0.75),
    noise: random.uniform(0.5, 1.4),
  };
}

/** Gaussian blur of a plane [height, width] in place; `sigma` in px. Edges repeat. */
export function blur(plane: Float32Array, width: number, height: number, sigma: number): void {
  const radius = Math.ceil(2.5 * sigma);
  const kernel = Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const total = kernel.reduce((sum, k, i) => sum + (i === 0 ? k : 2 * k), 0);
  const line = new Float32Array(Math.max(width, height) + 2 * radius);
  const pass = (start: number, step: number, count: number) => {
    for (let i = -radius; i < count + radius; i++) {
      line[i + radius] = plane[start + step * Math.min(count - 1, Math.max(0, i))];
    }
    for (let i = 0; i < count; i++) {
      const c = i + radius;
      let sum = line[c] * kernel[0];
      for (let k = 1; k <= radius; k++) sum += (line[c - k] + line[c + k]) * kernel[k];
      plane[start + step * i] = sum / total;
    }
  };
  for (let y = 0; y < height; y++) pass(y * width, 1, width);
  for (let x = 0; x < width; x++) pass(x, width, height);
}

/**
 * Turns amounts of stain [height, width] into RGB bytes [height, width, 3] by the Beer-Lambert law: light x 10^-density.
 * `key` seeds the noise of this one picture.
 */
export function develop(h: Float32Array, e: Float32Array, width: number, height: number, stain: Stain, key: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  let state = key | 1;
  const grain = () => {
    state ^= state << 13; // xorshift32 (Marsaglia, 2003): a hash per pixel would cost more than the tissue
    state ^= state >>> 17;
    state ^= state << 5;
    return (((state & 0xffff) + (state >>> 16)) / 65535 - 1) * 2.45 * stain.noise; // triangular, sd 1 x noise
  };
  const ln10 = Math.LN10;
  for (let y = 0, i = 0; y < height; y++) {
    const dy = y / height - stain.centre[1];
    for (let x = 0; x < width; x++, i++) {
      const dx = x / width - stain.centre[0];
      const light = 255 * (1 - stain.vignette * (dx * dx + dy * dy) * 2.4);
      const luma = grain();
      for (let c = 0; c < 3; c++) {
        const density = h[i] * stain.haematoxylin[c] + e[i] * stain.eosin[c];
        const value = light * stain.glass[c] * Math.exp(-ln10 * density) + luma;
        rgb[i * 3 + c] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
      }
    }
  }
  return rgb;
}
