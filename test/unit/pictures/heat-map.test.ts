import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { heatColour } from '../../../shared/figures/heat-colours.ts';
import { blurred, enlarged, quantile } from '../../../main/pictures/heat-map.ts';
import { comparisonPng, heatLayer, layerPng } from '../../../main/pictures/heat-picture.ts';
import { evaluationView } from '../../../main/pictures/resample.ts';
import { seenBox } from '../../../shared/domain/framing.ts';
import { noise } from '../../helpers/noise.ts';

describe('heat maps', () => {
  it('are enlarged between the middles of their places', () => {
    expect([...enlarged(Float32Array.of(0, 4), [1, 2], [1, 4])]).toEqual([0, 1, 3, 4]);
    expect([...enlarged(Float32Array.of(0, 4, 8, 12), [2, 2], [4, 4])].slice(4, 8)).toEqual([2, 3, 5, 6]);
    const same = Float32Array.of(1, 5, 2, 7, 3, 8);
    expect(enlarged(same, [2, 3], [2, 3])).toEqual(same);
  });

  it('stay what they are when smoothed, where they are plain, and keep their sum away from the edges', () => {
    const plain = blurred(new Float32Array(15 * 9).fill(3), [9, 15], 2);
    for (const value of plain) expect(value).toBeCloseTo(3, 5);
    const dot = new Float32Array(21 * 21);
    dot[10 * 21 + 10] = 1;
    const smooth = blurred(dot, [21, 21], 1.5);
    expect(smooth.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(smooth[10 * 21 + 12]).toBeCloseTo(smooth[12 * 21 + 10], 6);
    expect(smooth[10 * 21 + 12] / smooth[10 * 21 + 10]).toBeCloseTo(Math.exp(-0.5 * (2 / 1.5) ** 2), 5);
  });

  it('have quantiles', () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => 99 - i);
    expect([quantile(values, 0), quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)]).toEqual([0, 50, 99, 99]);
  });
});

it.each([1, -1])('colours grow lighter and denser with heat, for (1) and against (-1): %i', (side) => {
  const luminance = ([r, g, b]: readonly number[]) => 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2;
  const colours = Array.from({ length: 101 }, (_, i) => heatColour((side * (i + 1)) / 101));
  for (let i = 1; i < colours.length; i++) {
    expect(luminance(colours[i].rgb)).toBeGreaterThan(luminance(colours[i - 1].rgb));
    expect(colours[i].alpha).toBeGreaterThanOrEqual(colours[i - 1].alpha);
  }
  expect(colours[0].alpha).toBe(0);
});

describe('the part of an image that a network sees', () => {
  const [width, height] = [700, 460];
  const ramp = { width, height, data: new Uint8Array(width * height * 3) };
  for (let i = 0; i < width * height; i++) {
    ramp.data[3 * i] = Math.round((255 * ((i % width) + 0.5)) / width);
    ramp.data[3 * i + 1] = Math.round((255 * (Math.floor(i / width) + 0.5)) / height);
  }

  it.each([
    { mode: 'crop', inputSize: [224, 224] },
    { mode: 'crop', inputSize: [96, 160] },
    { mode: 'full frame', inputSize: [64, 64] },
  ] as const)('is where its view comes from: $mode, $inputSize', ({ mode, inputSize }) => {
    const view = { inputSize, mode, cropPct: 0.875, filter: 'bilinear' } as const;
    const pixels = evaluationView(ramp, view);
    const box = seenBox(ramp, view);
    const [rows, columns] = inputSize;
    for (const [row, column] of [
      [10, 10],
      [rows - 11, columns - 11],
    ]) {
      const [x, y] = [box.x + ((column + 0.5) / columns) * box.width, box.y + ((row + 0.5) / rows) * box.height];
      expect(Math.abs(pixels[3 * (row * columns + column)] - (255 * x) / width)).toBeLessThan(1);
      expect(Math.abs(pixels[3 * (row * columns + column) + 1] - (255 * y) / height)).toBeLessThan(1);
    }
  });

  it('is the whole image where that is taken as it is', () => {
    const view = { inputSize: [460, 700], mode: 'none', cropPct: 0.875, filter: 'bilinear' } as const;
    expect(seenBox(ramp, view)).toEqual({ x: 0, y: 0, width, height });
  });
});

describe('pictures', () => {
  const box = { x: 20, y: 0, width: 40, height: 40 };
  const heat = Float32Array.from({ length: 20 * 20 }, (_, i) => (i % 20 < 10 ? 0 : 1));
  const placed = { heat, size: [20, 20], box } as const;
  const image = noise(80, 40, 1);

  it('are clear where nothing was hot, hottest where most was, grey where nothing was seen', () => {
    const { data, width, height } = heatLayer(placed, image);
    expect([width, height]).toEqual([80, 40]);
    const at = (x: number) => [...data.subarray((20 * 80 + x) * 4, (20 * 80 + x) * 4 + 4)];
    const { rgb, alpha } = heatColour(1);
    expect(at(58)).toEqual([...rgb, Math.round(255 * alpha)]);
    expect(at(22)[3]).toBe(0);
    expect(at(10)).toEqual(at(70));
    expect(at(10)[3]).toBeGreaterThan(0);
  });

  it('are hatched where heat is below zero', () => {
    const { data } = heatLayer({ ...placed, heat: heat.map((v) => -v) }, image);
    const { rgb, alpha } = heatColour(-1);
    const pixels = Array.from({ length: 20 }, (_, i) => [...data.subarray((i * 80 + 58) * 4, (i * 80 + 58) * 4 + 4)]);
    for (const pixel of pixels) expect(pixel.slice(0, 3)).toEqual([...rgb]);
    const dense = pixels.filter((pixel) => pixel[3] === Math.round(255 * alpha));
    expect(dense).toHaveLength(10);
    expect(new Set(pixels.map((pixel) => pixel[3])).size).toBe(2);
  });

  it('of a map without heat show the tissue', () => {
    const { data } = heatLayer({ ...placed, heat: new Float32Array(400), box: { x: 0, y: 0, width: 80, height: 40 } }, image);
    expect(data.every((value, i) => i % 4 !== 3 || value === 0)).toBe(true);
  });

  it('are PNG: a layer no larger than asked, and the image beside its heat map, untouched', async () => {
    const layer = await sharp(await layerPng(placed, image, 40)).metadata();
    expect(layer).toMatchObject({ format: 'png', width: 40, height: 20, channels: 4 });
    const comparison = sharp(await comparisonPng(placed, image));
    const { data, info } = await comparison.raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ height: 40, channels: 3 });
    expect(info.width).toBeGreaterThan(160);
    for (let y = 0; y < 40; y += 13) {
      const left = data.subarray(y * info.width * 3, y * info.width * 3 + 240);
      expect([...left]).toEqual([...image.data.subarray(y * 240, y * 240 + 240)]);
    }
  });
});
