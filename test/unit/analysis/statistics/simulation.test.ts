import { describe, expect, it } from 'vitest';
import { areaInterval } from '../../../../shared/analysis/statistics/area-interval.ts';
import { clusteredMean } from '../../../../shared/analysis/statistics/clustered-mean.ts';
import type { Interval } from '../../../../shared/analysis/statistics/interval.ts';
import { kornGraubard } from '../../../../shared/analysis/statistics/korn-graubard.ts';
import { meanInterval } from '../../../../shared/analysis/statistics/mean-interval.ts';
import { clusteredAreaVariance } from '../../../../shared/analysis/statistics/obuchowski.ts';
import { placementsOf } from '../../../../shared/analysis/statistics/placements.ts';
import { signFlip } from '../../../../shared/analysis/statistics/sign-flip.ts';
import { Random } from '../../../../shared/domain/random.ts';

/** Correlation of two images of one case, about that of BreakHis. */
const INTRACLASS = 0.3;
const CASES = [10, 20];

/** Beta, after Jöhnk (1964). */
function beta(random: Random, alpha: number, beta: number): number {
  for (;;) {
    const [x, y] = [random.next() ** (1 / alpha), random.next() ** (1 / beta)];
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}

/** How likely a case's images are answered rightly: of mean `rate`, so spread that images of a case correlate. */
const easeOf = (random: Random, rate: number) => {
  const size = (1 - INTRACLASS) / INTRACLASS;
  return beta(random, rate * size, (1 - rate) * size);
};
const imagesOf = (random: Random) => 3 + random.integer(23);
const rightOf = (random: Random, images: number, ease: number) =>
  Array.from({ length: images }).reduce<number>((sum) => sum + (random.next() < ease ? 1 : 0), 0);
const covers = ({ low, high }: Interval, truth: number) => low <= truth && truth <= high;

/** Share of simulated studies of which something holds. */
function share(studies: number, holds: (random: Random) => boolean): number {
  let count = 0;
  for (let study = 0; study < studies; study++) if (holds(new Random(20_261_125, study))) count++;
  return count / studies;
}

/** Two networks on the same cases, easy and hard for both alike; b better on average by `shift`. @returns differences per case */
function differences(random: Random, cases: number, rate: number, shift: number): number[] {
  return Array.from({ length: cases }, () => {
    const images = imagesOf(random);
    const [a, b] = [easeOf(random, rate), easeOf(random, rate + shift)];
    const common = random.next() < 0.5; // half of the cases are as hard for one network as for the other
    const own = rightOf(random, images, a) / images;
    return own - rightOf(random, images, common && shift === 0 ? a : b) / images;
  });
}

describe('intervals and tests on images that come in cases', () => {
  it.each([
    ...CASES.flatMap((cases) => [0.6, 0.75, 0.85, 0.9].map((rate) => [cases, rate, 0.91] as const)),
    [20, 0.95, 0.89], // where a case or two hold all errors, and many samples none of them
  ] as const)('intervals of rates cover with %i cases, %f right', (cases, rate, least) => {
    const covered = share(4000, (random) => {
      const images = Array.from({ length: cases }, () => imagesOf(random));
      const right = images.map((n) => rightOf(random, n, easeOf(random, rate)));
      return covers(kornGraubard(right, images), rate);
    });
    expect(covered).toBeGreaterThanOrEqual(least);
  });

  it.each(CASES.flatMap((cases) => [0.7, 0.85].map((rate) => [cases, rate] as const)))(
    'intervals of means of squares cover with %i cases, %f right',
    (cases, rate) => {
      const covered = share(2000, (random) => {
        const ease = Array.from({ length: cases }, () => easeOf(random, rate));
        const squares = Array.from({ length: 4 }, () => {
          const images = ease.map(() => imagesOf(random)); // other images of the same cases at each magnification
          return { images, right: images.map((n, i) => rightOf(random, n, ease[i])) };
        });
        return covers(clusteredMean(squares), rate);
      });
      expect(covered).toBeGreaterThanOrEqual(0.91);
    },
  );

  it.each(CASES.flatMap((cases) => [0, 0.1].map((shift) => [cases, shift] as const)))(
    'intervals of differences cover with %i cases, true difference %f',
    (cases, shift) => {
      const covered = share(4000, (random) => covers(meanInterval(differences(random, cases, 0.8, shift)), -shift));
      expect(covered).toBeGreaterThanOrEqual(0.94);
    },
  );

  it.each(CASES)('sign flips give few false alarms with %i cases', (cases) => {
    const alarms = share(cases > 16 ? 500 : 2000, (random) => signFlip(differences(random, cases, 0.8, 0)).p < 0.05);
    expect(alarms).toBeLessThanOrEqual(0.055);
  });

  it.each(CASES)('intervals of areas cover with %i cases', (cases) => {
    const separation = 1.5;
    const truth = 0.8555778168; // normal distribution function at 1.5 / sqrt(2)
    const positives = Math.round(0.7 * cases);
    const covered = share(1000, (random) => {
      const images = Array.from({ length: cases }, (_, i) => {
        const common = random.normal(i < positives ? separation : 0, Math.sqrt(INTRACLASS));
        return Array.from({ length: imagesOf(random) }, () => ({
          case: String(i),
          positive: i < positives,
          score: common + random.normal(0, Math.sqrt(1 - INTRACLASS)),
        }));
      }).flat();
      const casesOf = (positive: boolean) => images.filter((image) => image.positive === positive).map((image) => image.case);
      const placements = placementsOf(
        images.map(({ score }) => score),
        images.map(({ positive }) => positive),
      )!;
      const variance = clusteredAreaVariance(placements, casesOf(true), casesOf(false))!;
      return covers(areaInterval(placements.area, variance, cases - positives)!, truth);
    });
    expect(covered).toBeGreaterThanOrEqual(0.94);
  });
});
