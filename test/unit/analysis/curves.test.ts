import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curvesOf, rocCurve, type RocPoint } from '../../../shared/analysis/curves.ts';
import type { Tested } from '../../../shared/analysis/cells.ts';
import { areaUnderCurve } from '../../../shared/analysis/scored.ts';
import { talliesOf } from '../../../shared/analysis/tallies.ts';
import { CURVE_STEPS } from '../../../shared/domain/study/view.ts';

const CLASSES = ['benign', 'malignant'];

/** By trapezoids. */
function areaOf(points: readonly RocPoint[]): number {
  return points.slice(1).reduce((sum, { falsePositives, truePositives }, i) => {
    const before = points[i];
    return sum + ((falsePositives - before.falsePositives) * (truePositives + before.truePositives)) / 2;
  }, 0);
}

const ranked = fc
  .array(fc.record({ margin: fc.integer({ min: -4, max: 4 }), isPositive: fc.boolean() }), { minLength: 2, maxLength: 40 })
  .filter((images) => images.some((one) => one.isPositive) && images.some((one) => !one.isPositive))
  .map((images) => ({
    margins: Float64Array.from(images, ({ margin }) => margin),
    isPositive: images.map(({ isPositive }) => isPositive),
  }));

describe('a ROC curve', () => {
  it('goes from corner to corner, never down, over the area of the rank statistic, ties included', () => {
    fc.assert(
      fc.property(ranked, (images) => {
        const points = rocCurve(images)!;
        expect(points[0]).toEqual({ falsePositives: 0, truePositives: 0 });
        expect(points.at(-1)).toEqual({ falsePositives: 1, truePositives: 1 });
        for (const [i, point] of points.slice(1).entries()) {
          expect(point.falsePositives).toBeGreaterThanOrEqual(points[i].falsePositives);
          expect(point.truePositives).toBeGreaterThanOrEqual(points[i].truePositives);
        }
        expect(areaOf(points)).toBeCloseTo(areaUnderCurve(images.margins, images.isPositive)!, 12);
      }),
    );
  });

  it('is not there without images of both kinds', () => {
    expect(rocCurve({ margins: Float64Array.of(1, 2), isPositive: [true, true] })).toBeNull();
  });
});

describe('the curves of a contender', () => {
  const image = (i: number, malignant: boolean, margin: number, magnification: number, scale: 'native' | 'x0.5'): Tested => ({
    truth: CLASSES[Number(malignant)],
    predicted: CLASSES[Number(margin > 0)],
    logits: [0, margin],
    case: `c${i}`,
    view: { magnification, scale },
  });
  /** Ranks all images rightly where it was trained, all but one wrongly elsewhere. */
  const tallies = [40, 100].flatMap((trainSet) =>
    talliesOf(
      { model: 'a', scaling: 'crop', imageLevel: false, trainSet, fold: null, seed: 0 },
      [40, 100]
        .flatMap((magnification) =>
          Array.from({ length: 20 }, (_, i) => {
            const malignant = i % 2 === 1;
            return image(i, malignant, (malignant ? 1 : -1) * (magnification === trainSet ? 2 : -2), magnification, 'native');
          }),
        )
        .concat([image(0, true, -5, 40, CURVE_STEPS[2].scale as 'x0.5')]),
      CLASSES,
      'malignant',
    ),
  );

  it('part the magnification of training from the others, and leave out steps of a scale curve', () => {
    const [same, other] = curvesOf(tallies);
    expect(curvesOf(tallies)).toHaveLength(2);
    expect([same.same, other.same]).toEqual([true, false]);
    expect([same.tests, same.images, other.tests, other.images]).toEqual([2, 40, 2, 40]);
    expect(areaOf(same.roc!)).toBe(1);
    expect(areaOf(other.roc!)).toBeLessThan(0.01); // but for the last step of the mean
    const sure = 1 / (1 + Math.exp(-2));
    expect(same.reliability).toEqual([
      { images: 20, said: expect.closeTo(1 - sure, 12), happened: 0 },
      { images: 20, said: expect.closeTo(sure, 12), happened: 1 },
    ]);
    expect(other.reliability.map(({ happened }) => happened)).toEqual([1, 0]);
  });
});
