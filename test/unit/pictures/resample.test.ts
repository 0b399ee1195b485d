import { describe, expect, it } from 'vitest';
import { evaluationView, type Filter, type Pixels, resize, shrink } from '../../../main/pictures/resample.ts';
import { reference } from '../../helpers/fixture.ts';
import { uniform } from '../../helpers/formula.ts';

interface Reference {
  width: number;
  height: number;
  cases: { filter: Filter; box: [number, number, number, number]; size: [number, number]; pixels: number[] }[];
}

const { width, height, cases } = reference<Reference>('resample');
const picture: Pixels = {
  width,
  height,
  data: Uint8Array.from(uniform('picture', width * height * 3), (u) => Math.floor((u + 1) * 128)),
};

describe('resize', () => {
  it.each(cases)(
    'agrees with Pillow within one: $filter, $box to $size',
    ({ filter, box: [x, y, right, bottom], size: [w, h], pixels }) => {
      const target = new Uint8Array(w * h * 3);
      resize(picture, { x, y, width: right - x, height: bottom - y }, w, h, filter, target);
      const difference = pixels.map((value, i) => Math.abs(value - target[i]));
      expect(Math.max(...difference)).toBeLessThanOrEqual(1);
      expect(difference.filter((d) => d > 0).length / difference.length).toBeLessThan(0.2);
    },
  );

  it.each([
    { horizontally: true, vertically: false },
    { horizontally: false, vertically: true },
    { horizontally: true, vertically: true },
  ])('mirrors the result: $horizontally, $vertically', (mirror) => {
    const box = { x: 5, y: 3, width: 25, height: 22 };
    const [plain, mirrored] = [new Uint8Array(13 * 9 * 3), new Uint8Array(13 * 9 * 3)];
    resize(picture, box, 13, 9, 'bicubic', plain);
    resize(picture, box, 13, 9, 'bicubic', mirrored, mirror);
    for (let y = 0; y < 9; y++) {
      for (let x = 0; x < 13; x++) {
        const from = ((mirror.vertically ? 8 - y : y) * 13 + (mirror.horizontally ? 12 - x : x)) * 3;
        expect([...mirrored.subarray((y * 13 + x) * 3, (y * 13 + x) * 3 + 3)]).toEqual([...plain.subarray(from, from + 3)]);
      }
    }
  });

  it('keeps a plain picture plain at every scale, to the last row and column', () => {
    for (const [w, h, outWidth, outHeight] of [
      [1, 1, 1, 1],
      [3, 2, 7, 5],
      [700, 460, 5, 3],
      [3000, 90, 2, 64],
    ]) {
      const plain = { width: w, height: h, data: new Uint8Array(w * h * 3).fill(255) };
      for (const filter of ['bilinear', 'bicubic'] as const) {
        const target = new Uint8Array(outWidth * outHeight * 3);
        resize(plain, { x: 0, y: 0, width: w, height: h }, outWidth, outHeight, filter, target);
        expect(Math.min(...target)).toBeGreaterThanOrEqual(254);
      }
    }
  });
});

describe('the view in evaluation', () => {
  const view = { inputSize: [14, 14], cropPct: 0.875, filter: 'bilinear' } as const;

  it('crops the centre of the picture resized to size / crop-pct', () => {
    const target = new Uint8Array(22 * 16 * 3); // short side 14 / 0.875 = 16; 41 * 16 / 29 = 22.6
    resize(picture, { x: 0, y: 0, width, height }, 22, 16, 'bilinear', target);
    const cropped = evaluationView(picture, { ...view, mode: 'crop' });
    for (let y = 0; y < 14; y++)
      for (let i = 0; i < 14 * 3; i++) expect(cropped[y * 14 * 3 + i]).toBe(target[((y + 1) * 22 + 4) * 3 + i]);
  });

  it('crops a BreakHis image where torchvision does: 389 x 256 at column 82, half rounded to even', () => {
    // every column has its own red value, so a crop tells where it was taken
    const width = 389;
    const data = Uint8Array.from({ length: width * 256 * 3 }, (_, i) => (Math.floor(i / 3) % width) % 251);
    const cropped = evaluationView({ width, height: 256, data }, { ...view, inputSize: [224, 224], mode: 'crop' });
    expect(cropped[0]).toBe(82);
  });

  it('squeezes the whole frame', () => {
    const target = new Uint8Array(14 * 14 * 3);
    resize(picture, { x: 0, y: 0, width, height }, 14, 14, 'bilinear', target);
    expect(evaluationView(picture, { ...view, mode: 'full frame' })).toEqual(target);
  });

  it('takes a picture of the right size as it is, and no other', () => {
    const exact = { width: 14, height: 14, data: picture.data.slice(0, 14 * 14 * 3) };
    expect(evaluationView(exact, { ...view, mode: 'none' })).toEqual(exact.data);
    expect(() => evaluationView(picture, { ...view, mode: 'none' })).toThrow(/41 x 29 pixels, the network takes 14 x 14/);
  });
});

it('shrinks by the mean of whole blocks', () => {
  const small = shrink({ width: 5, height: 2, data: Uint8Array.from({ length: 30 }, (_, i) => i) }, 2);
  expect(small).toMatchObject({ width: 2, height: 1 });
  expect([...small.data]).toEqual([9, 10, 11, 15, 16, 17]);
});
