/** Numbers of one square with their intervals, all but those that take a bootstrap. */
import { areaBounds, meanBounds, rateBounds } from './bounds.ts';
import type { CellBounds } from './cells.ts';
import type { Estimate } from './estimates.ts';
import type { EstimatedMetric } from './findings.ts';
import { mean } from './metrics.ts';
import { areaCovariance } from './statistics/delong.ts';
import { clusteredAreaVariance } from './statistics/obuchowski.ts';
import { meanPlacements, placementsOf } from './statistics/placements.ts';
import { sum } from './statistics/sum.ts';
import { caseScore, type Ranked, rankedPatients, type SquareCase, squareCases, type Tally } from './tallies.ts';

export interface SquareEstimates {
  readonly metrics: Readonly<Partial<Record<Exclude<EstimatedMetric, 'balancedAccuracy'>, Estimate>>>;
  /** one per class */
  readonly recalls: readonly Estimate[];
}

/** What the answers of a square are counted by. */
export interface ClassesOfTask {
  /** in the order of the logits */
  readonly classes: readonly string[];
  /** one of them, or null */
  readonly positive: string | null;
}

/** @param tallies of one square, one per seed and fold @param cases the same, from `squareCases` */
export function squareEstimates(
  tallies: readonly Tally[],
  cases: readonly SquareCase[],
  { classes, positive }: ClassesOfTask,
): SquareEstimates {
  const recalls = classes.map((name, c) => rateEstimate(cases.map(({ right }) => right[c]), cases.map(({ images }) => images[c]), name)); // prettier-ignore
  const answered = cases.flatMap((one) => one.answered ?? []);
  const areas = positive === null ? null : areaEstimates(tallies);
  const of = positive === null ? -1 : classes.indexOf(positive);
  return {
    metrics: {
      accuracy: rateEstimate(cases.map(({ right }) => sum(right)), cases.map(({ images }) => sum(images)), null), // prettier-ignore
      ...(positive !== null && { sensitivity: recalls[of] }),
      ...(positive !== null && classes.length === 2 && { specificity: recalls[1 - of] }),
      ...(areas?.images && { auc: areas.images }),
      recognitionRate: meanEstimate(new Map(cases.map((one) => [one.case, caseScore(one)])), { low: 0, high: 1 }),
      patientAccuracy: rateEstimate(answered, answered.map(() => 1), null), // prettier-ignore
      ...(areas?.patients && { patientAuc: areas.patients }),
    },
    recalls,
  };
}

/** @param right images per case that count @param images per case @param of the class that they are of; null for all */
function rateEstimate(right: readonly number[], images: readonly number[], of: string | null): Estimate {
  const there = images.filter((n) => n > 0).length;
  return { value: there === 0 ? null : sum(right) / sum(images), cases: there, ...rateBounds(right, images, of) };
}

/** Of one value per case, by the cases' names. */
export function meanEstimate(perCase: ReadonlyMap<string, number>, range: { low: number; high: number }): Estimate {
  const values = [...perCase.keys()].sort().map((name) => perCase.get(name)!);
  return { value: mean(values), cases: values.length, ...meanBounds(values, range) };
}

/** Areas under the ROC curves of images and of patients, of each seed averaged; null without images of both kinds. */
function areaEstimates(tallies: readonly Tally[]): { readonly images: Estimate | null; readonly patients: Estimate | null } {
  const seeds = [...Map.groupBy(tallies, ({ seed }) => seed).values()];
  const overlap = seeds.some((folds) => {
    const tested = folds.flatMap(({ cases }) => cases.map((own) => own.case));
    return new Set(tested).size < tested.length;
  });
  // folds that test other cases each are ranked together, as their metrics are; others one by one
  const runs = overlap ? tallies.map((tally) => [tally]) : seeds;
  const ranked = runs.map((folds) => joinedRanks(folds.toSorted((a, b) => (a.fold ?? 0) - (b.fold ?? 0))));
  return {
    images: areaEstimate('obuchowski', ranked, overlap),
    patients: areaEstimate('delong', ranked.map(rankedPatients), overlap),
  };
}

function joinedRanks(tallies: readonly Tally[]): Ranked {
  const all = tallies.map(({ ranked }) => ranked!);
  return {
    margins: Float64Array.from(all.flatMap(({ margins }) => [...margins])),
    isPositive: all.flatMap(({ isPositive }) => isPositive),
    cases: all.flatMap(({ cases }) => cases),
  };
}

/** @param ranked one per seed, of the same images or patients in the same order unless tests overlap */
function areaEstimate(method: 'obuchowski' | 'delong', ranked: readonly Ranked[], overlap: boolean): Estimate | null {
  const placements = ranked.flatMap(({ margins, isPositive }) => placementsOf(margins, isPositive) ?? []);
  if (placements.length < ranked.length) return null;
  const [{ isPositive, cases: names }] = ranked;
  const casesWhere = (is: boolean) => names.filter((_, i) => isPositive[i] === is);
  const [positives, negatives] = [casesWhere(true), casesWhere(false)];
  const rarer = { cases: Math.min(new Set(positives).size, new Set(negatives).size), class: null };
  const cases = new Set(ranked.flatMap((own) => own.cases)).size;
  const value = mean(placements.map(({ area }) => area))!;
  if (overlap) return { value, cases, low: null, high: null, method, doubt: { code: 'overlap', ...rarer } };
  const average = meanPlacements(placements);
  const variance = method === 'delong' ? areaCovariance(average, average) : clusteredAreaVariance(average, positives, negatives);
  return { value, cases, ...areaBounds(method, value, variance, rarer) };
}

/** The intervals of one trial, or of its folds together: what can be said without a bootstrap. */
export function cellBounds(tallies: readonly Tally[], task: ClassesOfTask): CellBounds {
  const { metrics, recalls } = squareEstimates(tallies, squareCases(tallies), task);
  const interval = ({ low, high }: Estimate) => (low === null || high === null ? null : { low, high });
  const known = Object.entries(metrics).flatMap(([metric, own]) => {
    const ends = interval(own);
    return ends ? [[metric, ends] as const] : [];
  });
  return { metrics: Object.fromEntries(known), recalls: recalls.map(interval) };
}
