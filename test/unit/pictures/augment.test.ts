import { describe, expect, it } from 'vitest';
import { augmentationSchema } from '../../../shared/contract/plan.ts';
import { Random } from '../../../shared/domain/random.ts';
import { augment, randomCrop } from '../../../main/pictures/augment.ts';
import { shrinkFactor } from '../../../main/pictures/pictures.ts';
import { noise as picture } from '../../helpers/noise.ts';

const settings = augmentationSchema.parse({});

describe('augmentation', () => {
  it('crops inside the picture, with area and ratio in range', () => {
    const source = picture(70, 46, 1);
    for (let i = 0; i < 500; i++) {
      const { x, y, width, height } = randomCrop(source, settings, new Random(i));
      expect(x >= 0 && y >= 0 && x + width <= 70 && y + height <= 46).toBe(true);
      expect((width * height) / (70 * 46)).toBeGreaterThan(0.06);
      expect(width / height).toBeGreaterThan(0.6);
      expect(width / height).toBeLessThan(1.6);
    }
  });

  it('is a function of its random numbers', () => {
    const source = picture(70, 46, 2);
    const run = (seed: number) => {
      const target = new Uint8Array(32 * 32 * 3);
      augment(source, settings, [32, 32], new Random(seed), target);
      return target;
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('shrinks only as far as the smallest crop allows', () => {
    expect(shrinkFactor({ width: 700, height: 460, data: new Uint8Array() }, [64, 64], 0.35)).toBe(4);
    expect(shrinkFactor({ width: 700, height: 460, data: new Uint8Array() }, [224, 224], 0.08)).toBe(1);
  });
});
