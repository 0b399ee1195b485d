import { describe, expect, it } from 'vitest';
import { drawnSums, percentileInterval, type Resamples } from '../../../../shared/analysis/statistics/bootstrap.ts';
import { areaCovariance } from '../../../../shared/analysis/statistics/delong.ts';
import type { Interval } from '../../../../shared/analysis/statistics/interval.ts';
import { expectedBest } from '../../../../shared/analysis/statistics/expected-best.ts';
import { holm } from '../../../../shared/analysis/statistics/holm.ts';
import { kornGraubard } from '../../../../shared/analysis/statistics/korn-graubard.ts';
import { isPracticallyEqual, meanInterval } from '../../../../shared/analysis/statistics/mean-interval.ts';
import { clusteredAreaVariance } from '../../../../shared/analysis/statistics/obuchowski.ts';
import { type Placements, placementsOf } from '../../../../shared/analysis/statistics/placements.ts';
import { signFlip } from '../../../../shared/analysis/statistics/sign-flip.ts';
import { varianceComponents } from '../../../../shared/analysis/statistics/variance-components.ts';
import { expectEqual, statistics } from '../../../helpers/fixture.ts';

const { oneCell, fourNetworks, cube, kornGraubardEdges } = statistics();
const NETWORKS = ['a', 'b'] as const;

/** Listed draws of case numbers as counts. */
function resamplesOf(lists: readonly (readonly number[])[]): Resamples {
  const cases = lists[0].length;
  const counts = new Uint16Array(lists.length * cases);
  for (const [draw, members] of lists.entries()) for (const member of members) counts[draw * cases + member]++;
  return { draws: lists.length, cases, counts };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const ratio = (parts: Float64Array, wholes: Float64Array) => parts.map((part, i) => part / wholes[i]);

/** Both ways to put a mean of differences: with its intervals and with its test. */
function expectDifferences(
  differences: readonly number[],
  { t, signFlip: flip }: { t: Readonly<Record<string, number>>; signFlip: Readonly<Record<string, number>> },
): void {
  const [own, narrow] = [meanInterval(differences), meanInterval(differences, 0.9)];
  const { mean: centre, standardError, low, high } = own;
  expectEqual({ mean: centre, standardError, low95: low, high95: high, low90: narrow.low, high90: narrow.high }, t);
  expectEqual(signFlip(differences), flip);
}

describe('statistics of one cell', () => {
  const cases = Object.keys(oneCell.cases).sort();
  const patients = cases.map((name) => oneCell.cases[name] === 1);
  const of = <T>(name: string, value: (image: (typeof oneCell.images)[number]) => T) =>
    oneCell.images.filter((image) => image.case === name).map(value);
  const truth = oneCell.images.map((image) => image.truth === 1);
  const casesOf = (positive: boolean) => oneCell.images.flatMap((i) => ((i.truth === 1) === positive ? [i.case] : []));
  const margins = (network: 'a' | 'b') => cases.map((name) => mean(of(name, (image) => image[network])));
  const patientPlacements = (network: 'a' | 'b'): Placements => placementsOf(margins(network), patients)!;
  const countsOf = (network: 'a' | 'b', classes: readonly number[]) => {
    const own = cases.filter((name) => classes.includes(oneCell.cases[name]));
    const right = own.map((name) => sum(of(name, (image) => Number((image[network] > 0 ? 1 : 0) === image.truth))));
    return [right, own.map((name) => of(name, () => 1).length)] as const;
  };

  it.each(NETWORKS)('has the intervals of rates of network %s', (network) => {
    const { kornGraubard: expected } = oneCell.expected[network];
    expectEqual(kornGraubard(...countsOf(network, [0, 1])), expected.accuracy);
    expectEqual(kornGraubard(...countsOf(network, [1])), expected.sensitivity);
    expectEqual(kornGraubard(...countsOf(network, [0])), expected.specificity);
  });

  it.each(NETWORKS)('has the area of network %s with the variance of images in cases, and of patients', (network) => {
    const { clusteredAuc, patient } = oneCell.expected[network];
    const images = placementsOf(
      oneCell.images.map((image) => image[network]),
      truth,
    )!;
    const variance = clusteredAreaVariance(images, casesOf(true), casesOf(false))!;
    expectEqual({ auc: images.area, standardError: Math.sqrt(variance) }, clusteredAuc);
    const own = patientPlacements(network);
    expectEqual(
      { auc: own.area, aucDeLongStandardError: Math.sqrt(areaCovariance(own, own)!) },
      { auc: patient.auc, aucDeLongStandardError: patient.aucDeLongStandardError },
    );
  });

  it('compares the areas of two networks on the same patients', () => {
    const [a, b] = NETWORKS.map(patientPlacements);
    const variance = areaCovariance(a, a)! + areaCovariance(b, b)! - 2 * areaCovariance(a, b)!;
    const difference = a.area - b.area;
    const z = difference / Math.sqrt(variance);
    expectEqual({ difference, z, p: 1 - errorFunction(Math.abs(z) / Math.SQRT2) }, oneCell.expected.difference.patientAucDeLong);
  });

  it.each(NETWORKS)('has the bootstrap intervals of network %s over the listed resamples', (network) => {
    const resamples = resamplesOf(oneCell.resamples);
    const rate = (classes: readonly number[]) => {
      const [right, images] = countsOf(network, [0, 1]);
      const masked = (values: readonly number[]) => values.map((v, i) => (classes.includes(oneCell.cases[cases[i]]) ? v : 0));
      return ratio(drawnSums(resamples, masked(right)), drawnSums(resamples, masked(images)));
    };
    const [right, images] = countsOf(network, [0, 1]);
    const scores = right.map((k, i) => k / images[i] / cases.length);
    const [benign, malignant] = [rate([0]), rate([1])];
    const drawn = {
      accuracy: rate([0, 1]),
      balancedAccuracy: benign.map((value, i) => (value + malignant[i]) / 2),
      recognitionRate: drawnSums(resamples, scores),
    };
    for (const [name, values] of Object.entries(drawn)) {
      const { low95, high95 } = oneCell.expected[network].bootstrap[name as keyof typeof drawn];
      const { low, high } = percentileInterval(values) as Interval;
      expectEqual({ low, high }, { low: low95, high: high95 });
    }
  });

  it('has the paired differences of two networks', () => {
    const [a, b] = NETWORKS.map((network) => countsOf(network, [0, 1]));
    const differences = a[0].map((right, i) => right / a[1][i] - b[0][i] / b[1][i]);
    expectEqual(differences, oneCell.expected.difference.perCase);
    expectDifferences(differences, oneCell.expected.difference);
  });
});

describe('statistics of four networks', () => {
  const { pairs, band } = fourNetworks.expected;
  const differences = pairs.map(({ a, b }) => fourNetworks.perCaseAccuracy.map((row) => row[a] - row[b]));

  it.each(pairs.map((pair, i) => [`${pair.a} and ${pair.b}`, pair, differences[i]] as const))('compares %s', (_, pair, own) => {
    expectDifferences(own, pair);
    expect(isPracticallyEqual(meanInterval(own, 0.9), band)).toBe(pair.practicallyEqual);
  });

  it('corrects the six tests after Holm', () => {
    expectEqual(
      holm(differences.map((own) => signFlip(own).p)),
      pairs.map((pair) => pair.holm),
    );
  });
});

describe('statistics of seeds', () => {
  const [seeds, magnifications, cases] = [[0, 1, 2], [40, 100], Object.keys(cube.cases).sort()];
  const images = (test: number, name: string) => cube.images.find((row) => row.test === test && row.case === name)!.images;
  const score = (network: string, seed: number, train: number, test: number, name: string) =>
    cube.correct.find(
      (row) => row.network === network && row.seed === seed && row.train === train && row.test === test && row.case === name,
    )!.correct / images(test, name);

  it.each(NETWORKS)('takes the spread of network %s apart', (network) => {
    const values = cases.map((name) =>
      seeds.map((seed) => mean(magnifications.flatMap((i) => magnifications.map((j) => score(network, seed, i, j, name))))),
    );
    expectEqual(varianceComponents(values), cube.expected.networks[network].components);
  });

  it.each(NETWORKS)('says what the best seeds of network %s are on average', (network) => {
    for (const cell of Object.values(cube.expected.networks[network].cells)) {
      expectEqual(expectedBest(cell.perSeed, 2), cell.expectedBestOfTwo);
      expectEqual(expectedBest(cell.perSeed, 3), cell.bestOfThree);
      expectEqual(expectedBest(cell.perSeed, 1), cell.mean);
    }
  });
});

describe('edges of intervals of rates', () => {
  it.each([
    ['perfect, 10 cases of 5', Array<number>(10).fill(5), Array<number>(10).fill(5)],
    ['perfect, 3 cases of 30', [30, 30, 30], [30, 30, 30]],
    ['none right, 4 cases', [0, 0, 0, 0], [7, 7, 7, 7]],
    ['one case wrong', [12, 12, 12, 0], [12, 12, 12, 12]],
  ])('%s', (name, right, images) => {
    expectEqual(kornGraubard(right, images), kornGraubardEdges[name]);
  });
});

/** By its series, for small x. */
function errorFunction(x: number): number {
  let [sum, term] = [0, x];
  for (let n = 0; n < 60; n++) {
    sum += term / (2 * n + 1);
    term *= -(x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
