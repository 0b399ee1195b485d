import { describe, expect, it } from 'vitest';
import { evaluationView, type Pixels } from '../../../main/pictures/resample.ts';
import { zoomInto } from '../../../main/pictures/zoom.ts';

const SIZE = 64;
const view = { inputSize: [SIZE, SIZE], mode: 'full frame', cropPct: 1, filter: 'bilinear' } as const;

/** A smooth picture: red grows to the right, green downwards. */
function slope(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data.set([(255 * x) / (width - 1), (255 * y) / (height - 1), 100], (y * width + x) * 3);
  return { width, height, data };
}

function zoomed(image: Pixels, zoom: number, more: Partial<Parameters<typeof zoomInto>[1]> = {}): Uint8Array {
  const target = new Uint8Array(SIZE * SIZE * 3);
  zoomInto(image, { view, zoom, ...more }, target);
  return target;
}

const red = (pixels: Uint8Array, x: number, y = SIZE / 2) => pixels[(y * SIZE + x) * 3];

describe('a zoomed view', () => {
  const image = slope(256, 256);

  it('at 1 is the view itself', () => {
    expect(zoomed(image, 1)).toEqual(evaluationView(image, view));
  });

  it('at 2 shows the middle half', () => {
    const pixels = zoomed(image, 2);
    expect(red(pixels, 0)).toBeCloseTo(64, -1);
    expect(red(pixels, SIZE - 1)).toBeCloseTo(191, -1);
  });

  it('at 1/2 shows the whole image in the middle, mirrored beyond its edges', () => {
    const pixels = zoomed(image, 0.5);
    const [left, right] = [SIZE / 4, (3 * SIZE) / 4 - 1];
    expect(red(pixels, left)).toBeLessThan(8);
    expect(red(pixels, right)).toBeGreaterThan(247);
    for (let i = 1; i < SIZE / 4; i++) {
      expect(red(pixels, left - i)).toBe(red(pixels, left + i - 1));
      expect(red(pixels, right + i)).toBe(red(pixels, right - i + 1));
    }
  });

  it('at a tenth is antialiased: fine stripes become grey', () => {
    const stripes = slope(256, 256);
    for (let i = 0; i < stripes.data.length; i++) stripes.data[i] = Math.floor(i / 3) % 2 ? 255 : 0;
    const pixels = zoomed(stripes, 0.1);
    expect(Math.max(...pixels) - Math.min(...pixels)).toBeLessThan(12);
  });

  it('of a crop has the proportions of the input, as the view itself', () => {
    const wide = slope(350, 230);
    const crop = { ...view, mode: 'crop', cropPct: 0.875 } as const;
    const [own, near] = [evaluationView(wide, crop), zoomed(wide, 1.0001, { view: crop })];
    const off = own.reduce((most, value, i) => Math.max(most, Math.abs(value - near[i])), 0);
    expect(off).toBeLessThan(6);
  });

  it('takes its place in the image and its mirror from the caller', () => {
    expect(red(zoomed(image, 4, { place: { x: 0, y: 0 } }), 0)).toBeLessThan(4);
    expect(red(zoomed(image, 4, { place: { x: 1, y: 0 } }), SIZE - 1)).toBeGreaterThan(251);
    const mirrored = zoomed(image, 2, { mirror: { horizontally: true, vertically: false } });
    expect(red(mirrored, 0)).toBeGreaterThan(red(mirrored, SIZE - 1));
  });
});
