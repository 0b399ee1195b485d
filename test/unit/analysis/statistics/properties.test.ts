import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaInterval } from '../../../../shared/analysis/statistics/area-interval.ts';
import { clusteredMean } from '../../../../shared/analysis/statistics/clustered-mean.ts';
import { drawnSums, percentileInterval, resampleCases } from '../../../../shared/analysis/statistics/bootstrap.ts';
import { holm } from '../../../../shared/analysis/statistics/holm.ts';
import { kornGraubard } from '../../../../shared/analysis/statistics/korn-graubard.ts';
import { clusteredAreaVariance } from '../../../../shared/analysis/statistics/obuchowski.ts';
import { meanPlacements, placementsOf } from '../../../../shared/analysis/statistics/placements.ts';
import { signFlip } from '../../../../shared/analysis/statistics/sign-flip.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const counts = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 40 }), share).map(([images, right]) => ({ images, right: right * images })),
  { minLength: 3, maxLength: 40 },
);

describe('intervals of rates', () => {
  it('hold the rate, stay within 0 and 1, and are never without width', () => {
    fc.assert(
      fc.property(counts, (cases) => {
        const { rate, low, high, effectiveImages } = kornGraubard(
          cases.map(({ right }) => right),
          cases.map(({ images }) => images),
        );
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThan(high);
        expect(low - rate).toBeLessThan(1e-9);
        expect(rate - high).toBeLessThan(1e-9);
        expect(effectiveImages).toBeGreaterThan(0);
      }),
    );
  });
});

describe('several tests', () => {
  it('keep their order, get no smaller, and stay below 1', () => {
    fc.assert(
      fc.property(fc.array(share, { maxLength: 30 }), (ps) => {
        const adjusted = holm(ps);
        for (const [i, p] of ps.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          for (const [j, other] of ps.entries()) if (p < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]);
        }
      }),
    );
  });
});

describe('sign flips', () => {
  const fourteen = [0.3, -0.1, 0.2, 0.25, 0, 0.4, -0.05, 0.1, 0.15, 0.3, -0.2, 0.05, 0.1, 0.2];

  it('do not depend on the sign or the order of the differences', () => {
    const { p } = signFlip(fourteen);
    expect(signFlip(fourteen.map((d) => -d)).p).toBe(p);
    expect(signFlip(fourteen.toReversed()).p).toBeCloseTo(p, 12);
  });

  it('with many cases are as the exact ones, which zeros do not change', () => {
    const many = signFlip([...fourteen, 0, 0, 0, 0]);
    expect(Math.abs(many.p - signFlip(fourteen).p)).toBeLessThan(0.003);
    expect(signFlip([...fourteen, 0, 0, 0, 0]).p).toBe(many.p);
    expect(many.nonZero).toBe(13);
  });

  it('take what only rounding makes different from zero for zero', () => {
    const rounded = signFlip([...fourteen.slice(0, 8), 1e-17]);
    expect(rounded.nonZero).toBe(7);
    expect(rounded.smallestPossibleP).toBe(2 ** -6);
  });

  it('say how small p can get: five cases never reach 0.05', () => {
    const five = signFlip([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(five.p).toBe(five.smallestPossibleP);
    expect(five.smallestPossibleP).toBe(0.0625);
    expect(signFlip(Array<number>(40).fill(0.1)).p).toBe(1 / 100_000);
    expect(signFlip([0, 0, 0])).toMatchObject({ p: 1, smallestPossibleP: 1 });
  });
});

describe('resamples of cases', () => {
  const strata = [
    [0, 3, 4],
    [1, 2, 5, 6],
  ];

  it('are the same bits for the same seed, and others for another', () => {
    expect(resampleCases(strata, 1, 50)).toEqual(resampleCases(strata, 1, 50));
    expect(resampleCases(strata, 1, 50)).not.toEqual(resampleCases(strata, 2, 50));
    const first = [...resampleCases(strata, 1, 2).counts];
    expect(first).toEqual([...resampleCases(strata, 1, 50).counts.slice(0, 14)]);
  });

  it('draw as many cases of each class as there are, and every case equally often', () => {
    const resamples = resampleCases(strata, 7);
    for (const members of strata) {
      const ones = Array.from({ length: 7 }, (_, i) => (members.includes(i) ? 1 : 0));
      expect(new Set(drawnSums(resamples, ones))).toEqual(new Set([members.length]));
    }
    for (let i = 0; i < 7; i++) {
      const drawn = drawnSums(resamples, Array.from({ length: 7 }, (_, j) => Number(i === j))).reduce((a, b) => a + b, 0); // prettier-ignore
      expect(Math.abs(drawn / resamples.draws - 1)).toBeLessThan(0.03);
    }
  });

  it('leave out draws in which a value is not defined, as long as they are few', () => {
    expect(percentileInterval(Float64Array.of(3, NaN, 1, 2), 0.5)).toEqual({ low: 1.5, high: 2.5 });
    expect(percentileInterval(Float64Array.of(NaN, 3, 1, 2, NaN), 0.5)).toBe('undefined'); // two of five lie beyond 25 %
    expect(percentileInterval(Float64Array.of(NaN))).toBe('undefined');
  });
});

describe('areas under the curve', () => {
  const kinds = [true, false, true, false];

  it('have no interval where the classes do not overlap, or one of them is of one case', () => {
    const apart = placementsOf([3, 1, 4, 2], kinds)!;
    expect(apart.area).toBe(1);
    expect(areaInterval(apart.area, clusteredAreaVariance(apart, ['a', 'b'], ['c', 'd'])!, 2)).toBeNull();
    expect(clusteredAreaVariance(apart, ['a', 'a'], ['c', 'd'])).toBeNull();
    expect(placementsOf([1, 2], [true, true])).toBeNull();
  });

  it('have one within 0 and 1 around them else, and average over seeds', () => {
    const own = [placementsOf([3, 1, 2, 2], kinds)!, placementsOf([3, 1, 0, 2], kinds)!];
    const both = meanPlacements(own);
    expect(both.area).toBe((own[0].area + own[1].area) / 2);
    const { low, high } = areaInterval(both.area, clusteredAreaVariance(both, ['a', 'b'], ['c', 'd'])!, 2)!;
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(both.area);
    expect(high).toBeGreaterThan(both.area);
    expect(high).toBeLessThan(1);
  });
});

describe('the mean of rates over the same cases', () => {
  const [right, images] = [[3, 0, 5, 2, 1, 4], [4, 2, 5, 3, 4, 4]]; // prettier-ignore
  it('is the rate with its interval where there is one', () => {
    const { mean, low, high, standardError } = clusteredMean([{ right, images }]);
    const one = kornGraubard(right, images);
    expect([mean, low, high, standardError]).toEqual([one.rate, one.low, one.high, one.standardError]);
  });

  it('learns nothing from the same rate again', () => {
    const [once, twice] = [1, 2].map((times) => clusteredMean(Array.from({ length: times }, () => ({ right, images }))));
    expect(twice.standardError).toBeCloseTo(once.standardError, 12);
  });
});
