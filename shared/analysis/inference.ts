/**
 * What can be said of a study beyond its point values: intervals of squares and networks, and which networks differ. Everything
 * rests on cases, seeds averaged first; the methods are those of docs/protocol.md. The same tallies and seed give the same bits.
 */
import { contenderOf } from '../domain/study/arm.ts';
import { isBaseline } from '../domain/study/baselines.ts';
import { compareTrainSets, type TrainSet, trainSetId } from '../domain/study/train-set.ts';
import { compareViews, isNative, isSame, type View, viewName } from '../domain/study/view.ts';
import { areaBounds, drawnBounds, meanBounds, rateBounds } from './bounds.ts';
import type { Estimate } from './estimates.ts';
import {
  type Comparison,
  type Inference,
  LEAST_ABOVE_CHANCE,
  type Measure,
  MEASURES,
  type SeedSpread,
  type SquareInference,
} from './findings.ts';
import { mean, standardDeviation } from './metrics.ts';
import { type Resamples, drawnSums, percentileInterval, resampleCases } from './statistics/bootstrap.ts';
import { holm } from './statistics/holm.ts';
import { isPracticallyEqual, meanInterval } from './statistics/mean-interval.ts';
import { clusteredAreaVariance } from './statistics/obuchowski.ts';
import { meanPlacements } from './statistics/placements.ts';
import { signFlip } from './statistics/sign-flip.ts';
import { varianceComponents } from './statistics/variance-components.ts';
import { caseScore, type SquareCase, squareCases, type Tally, total } from './tallies.ts';

export interface InferenceOptions {
  /** number of classes */
  readonly classes: readonly string[];
  /** differences within it do not matter, as a share of 1 */
  readonly band: number;
}

/** Of the bootstrap: every study draws the same, so that studies can be compared and repeated. */
const SEED = 20_260_101;
const LEAST_PAIRED = 3;

/** @param tallies of the finished trials, in the order of the plan */
export function inferenceOf(tallies: readonly Tally[], options: InferenceOptions): Inference {
  const native = tallies.filter(({ view }) => isNative(view));
  const squares = squaresOf(native);
  const cases = casesOf(squares, options.classes.length);
  const balanced = new Map(squares.map((square) => [square, balancedOf(square, cases)]));
  const contenders = [...Map.groupBy(squares, ({ contender }) => contender)];
  const scores = contenders.map(([contender, own]) => scoresOf(contender, own));
  return {
    squares: squares.map((square) => squareInference(square, balanced.get(square)!, options.classes)),
    contenders: contenders.map(([contender, own], i) => ({
      contender,
      overall: meanEstimate(scores[i].overall, { low: 0, high: 1 }),
      gap: meanEstimate(scores[i].gap, { low: -1, high: 1 }),
      retention: retentionOf(own, balanced, cases, options.classes.length),
      consistency: consistencyOf(native.filter((tally) => contenderOf(tally) === contender)),
      seeds: seedSpread(native.filter((tally) => contenderOf(tally) === contender)),
    })),
    comparisons: MEASURES.flatMap((measure) => comparisonsOf(measure, scores.filter(isNetwork), options.band)),
  };
}

interface Square {
  readonly contender: string;
  readonly trainSet: TrainSet;
  readonly view: View;
  readonly cases: readonly SquareCase[];
  readonly auc: Estimate | null;
}

/**
 * Area under the ROC curve, averaged over seeds, with Obuchowski's variance. Folds rank their images apart from each other: of them
 * only the mean is given.
 */
function areaEstimate(tallies: readonly Tally[]): Estimate | null {
  const areas = tallies.flatMap(({ area }) => area ?? []);
  if (areas.length < tallies.length || areas.length === 0) return null;
  const [{ positives, negatives }] = areas;
  const rarer = { cases: Math.min(new Set(positives).size, new Set(negatives).size), class: null };
  const cases = new Set([...positives, ...negatives]).size;
  const value = mean(areas.map(({ placements }) => placements.area))!;
  if (tallies.some(({ fold }) => fold !== tallies[0].fold))
    return { value, cases, low: null, high: null, method: 'obuchowski', doubt: { code: 'overlap', ...rarer } };
  const variance = clusteredAreaVariance(meanPlacements(areas.map(({ placements }) => placements)), positives, negatives);
  return { value, cases, ...areaBounds('obuchowski', value, variance, rarer) };
}

/** Contenders in their order of appearance, train sets and views ascending. */
function squaresOf(tallies: readonly Tally[]): Square[] {
  const groups = [...Map.groupBy(tallies, contenderOf).values()];
  const inOrder = (a: Tally, b: Tally) => compareTrainSets(a.trainSet, b.trainSet) || compareViews(a.view, b.view);
  const sorted = groups.flatMap((own) => own.toSorted(inOrder));
  const places = Map.groupBy(sorted, (t) => `${contenderOf(t)} ${trainSetId(t.trainSet)} ${viewName(t.view)}`);
  return [...places.values()].map((own) => {
    const { trainSet, view } = own[0];
    return {
      contender: contenderOf(own[0]),
      trainSet,
      view,
      cases: squareCases(own),
      auc: areaEstimate(own),
    };
  });
}

/** All tested cases, and how often each is drawn: shared by everything that is compared. */
interface Cases {
  readonly names: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  /** cases per class; a case with several classes counts for the first of them */
  readonly strata: readonly (readonly number[])[];
  readonly resamples: Resamples;
}

function casesOf(squares: readonly Square[], classes: number): Cases {
  const classOf = new Map<string, number>();
  for (const { cases } of squares)
    for (const { case: name, images } of cases) {
      const of = images.findIndex((count) => count > 0);
      classOf.set(name, Math.min(classOf.get(name) ?? of, of));
    }
  const names = [...classOf.keys()].sort();
  const strata = Array.from({ length: classes }, (_, c) => names.flatMap((name, i) => (classOf.get(name) === c ? [i] : [])));
  const numbers = new Map(names.map((name, i) => [name, i]));
  return {
    names,
    numbers,
    strata,
    resamples: resampleCases(
      strata.filter((own) => own.length > 0),
      SEED,
    ),
  };
}

/** Balanced accuracy of a square: of the cases as they are, and of every draw; NaN in draws without one of its classes. */
interface Balanced {
  readonly value: number | null;
  readonly draws: Float64Array;
}

function balancedOf(square: Square, { names, numbers, resamples }: Cases): Balanced {
  const classes = testedClasses(square);
  if (classes.length < 2) return { value: null, draws: new Float64Array(resamples.draws).fill(NaN) };
  const spread = (of: (own: SquareCase) => number) => {
    const values = new Array<number>(names.length).fill(0);
    for (const own of square.cases) values[numbers.get(own.case)!] = of(own);
    return values;
  };
  const draws = new Float64Array(resamples.draws);
  let value = 0;
  for (const c of classes) {
    const [right, images] = [spread((own) => own.right[c]), spread((own) => own.images[c])];
    value += total(right) / total(images) / classes.length;
    const [found, there] = [drawnSums(resamples, right), drawnSums(resamples, images)];
    for (let i = 0; i < draws.length; i++) draws[i] += found[i] / there[i] / classes.length;
  }
  return { value, draws };
}

function squareInference(square: Square, balanced: Balanced, classes: readonly string[]): SquareInference {
  const { contender, trainSet, view, cases: own } = square;
  const rate = (right: readonly number[], images: readonly number[], name: string | null): Estimate => {
    const there = images.filter((n) => n > 0).length;
    return { value: there === 0 ? null : total(right) / total(images), cases: there, ...rateBounds(right, images, name) };
  };
  return {
    contender,
    trainSet,
    view,
    accuracy: rate(own.map(({ right }) => total(right)), own.map(({ images }) => total(images)), null), // prettier-ignore
    recalls: classes.map((name, c) => rate(own.map(({ right }) => right[c]), own.map(({ images }) => images[c]), name)), // prettier-ignore
    auc: square.auc,
    balancedAccuracy: drawnEstimate(balanced, own, classes),
  };
}

function drawnEstimate({ value, draws }: Balanced, own: readonly SquareCase[], classes: readonly string[]): Estimate {
  const perClass = classes.map((name, c) => ({ class: name, cases: own.filter(({ images }) => images[c] > 0).length }));
  const present = perClass.filter(({ cases }) => cases > 0);
  const rarest = present.reduce((a, b) => (b.cases < a.cases ? b : a), present[0]);
  const basis = { cases: own.length, class: null };
  return { value, cases: own.length, ...drawnBounds(basis, rarest, () => (value === null ? null : percentileInterval(draws))) };
}

/** Per case: what a contender gets right over its matrix, trained on single magnifications. */
interface Scores {
  readonly contender: string;
  readonly overall: ReadonlyMap<string, number>;
  readonly gap: ReadonlyMap<string, number>;
}

function scoresOf(contender: string, squares: readonly Square[]): Scores {
  // whoever always gives the one class of a test is right there
  const single = squares.filter((square) => isSame(square.trainSet, square.view) !== null && testedClasses(square).length > 1);
  const perCase = Map.groupBy(
    single.flatMap(({ trainSet, view, cases }) =>
      cases.map((own) => ({ name: own.case, same: isSame(trainSet, view)!, score: caseScore(own) })),
    ),
    ({ name }) => name,
  );
  const overall = new Map<string, number>();
  const gap = new Map<string, number>();
  for (const [name, own] of perCase) {
    overall.set(name, mean(own.map(({ score }) => score))!);
    const [same, other] = [true, false].map((is) => mean(own.filter((one) => one.same === is).map(({ score }) => score)));
    if (same !== null && other !== null) gap.set(name, same - other);
  }
  return { contender, overall, gap };
}

/** Numbers of the classes that a square has images of. */
function testedClasses({ cases }: Square): number[] {
  return cases[0].images.map((_, c) => c).filter((c) => cases.some(({ images }) => images[c] > 0));
}

function meanEstimate(perCase: ReadonlyMap<string, number>, range: { low: number; high: number }): Estimate {
  const values = [...perCase.keys()].sort().map((name) => perCase.get(name)!);
  return { value: mean(values), cases: values.length, ...meanBounds(values, range) };
}

const ROUNDING = 1e-9;

function retentionOf(
  squares: readonly Square[],
  balanced: ReadonlyMap<Square, Balanced>,
  cases: Cases,
  classes: number,
): Estimate {
  const chance = 1 / classes;
  const counted = squares.filter((square) => balanced.get(square)!.value !== null);
  const [same, other] = [true, false].map((is) => counted.filter((s) => isSame(s.trainSet, s.view) === is).map((s) => balanced.get(s)!)); // prettier-ignore
  const tested = new Set(counted.flatMap((square) => square.cases.map((own) => own.case)));
  const basis = { cases: tested.size, class: null };
  const smallest = Math.min(...cases.strata.filter((own) => own.length > 0).map((own) => own.length));
  const [sameValue, otherValue] = [same, other].map((own) => mean(own.map(({ value }) => value!)));
  const defined = sameValue !== null && otherValue !== null && sameValue - chance - LEAST_ABOVE_CHANCE > ROUNDING;
  const draws = () =>
    Float64Array.from({ length: cases.resamples.draws }, (_, i) => {
      const [a, b] = [same, other].map((own) => own.reduce((sum, { draws: all }) => sum + all[i], 0) / own.length);
      return a > chance ? (b - chance) / (a - chance) : NaN; // nothing above chance to keep in this draw
    });
  if (!defined) return { value: null, cases: tested.size, low: null, high: null, method: 'bootstrap', doubt: null };
  return {
    value: (otherValue - chance) / (sameValue - chance),
    cases: tested.size,
    ...drawnBounds(basis, { cases: smallest, class: null }, () => percentileInterval(draws())),
  };
}

/** Per case the share of trials that answer alike at all magnifications where they test it; of cases tested at one alone nothing is known. */
function consistencyOf(tallies: readonly Tally[]): Estimate {
  const trials = Map.groupBy(tallies, (t) => `${trainSetId(t.trainSet)} ${t.fold} ${t.seed}`);
  const alike = new Map<string, number[]>();
  for (const views of trials.values()) {
    const answers = Map.groupBy(
      views.flatMap(({ cases }) => cases),
      (own) => own.case,
    );
    for (const [name, own] of answers)
      if (own.length > 1)
        alike.set(name, [...(alike.get(name) ?? []), own.every(({ answer }) => answer === own[0].answer) ? 1 : 0]);
  }
  return meanEstimate(new Map([...alike].map(([name, own]) => [name, mean(own)!])), { low: 0, high: 1 });
}

function seedSpread(tallies: readonly Tally[]): SeedSpread {
  const perSeed = [...Map.groupBy(tallies, ({ seed }) => seed)].map(([, own]) => scoresOf('', squaresOf(own)).overall);
  const means = perSeed.flatMap((scores) => mean([...scores.values()]) ?? []);
  const names = [...(perSeed[0]?.keys() ?? [])].sort();
  const complete = perSeed.every((scores) => scores.size === names.length && names.every((name) => scores.has(name)));
  const best = means.length === 0 ? null : Math.max(...means);
  const average = mean(means);
  return {
    seeds: means.length,
    mean: average,
    sd: standardDeviation(means),
    best,
    optimism: best === null ? null : best - average!,
    components:
      complete && perSeed.length > 1 && names.length > 1
        ? varianceComponents(names.map((name) => perSeed.map((scores) => scores.get(name)!)))
        : null,
  };
}

/** Baselines are not compared: every further pair makes the correction stricter. */
function isNetwork({ contender }: Scores): boolean {
  return !isBaseline(contender.split(' ')[0]);
}

function comparisonsOf(measure: Measure, scores: readonly Scores[], band: number): Comparison[] {
  const pairs = scores.flatMap((first, i) => scores.slice(i + 1).map((second) => [first, second] as const));
  const compared = pairs.flatMap(([first, second]) => {
    const names = [...first[measure].keys()].filter((name) => second[measure].has(name)).sort();
    const differences = names.map((name) => first[measure].get(name)! - second[measure].get(name)!);
    if (differences.length === 0) return [];
    const ninety = differences.length < LEAST_PAIRED ? null : meanInterval(differences, 0.9);
    const { p, smallestPossibleP } = signFlip(differences);
    return [
      {
        measure,
        first: first.contender,
        second: second.contender,
        cases: names.length,
        difference: meanEstimate(new Map(names.map((name, i) => [name, differences[i]])), { low: -2, high: 2 }),
        low90: ninety?.low ?? null,
        high90: ninety?.high ?? null,
        practicallyEqual: ninety !== null && isPracticallyEqual(ninety, band),
        p,
        smallestPossibleP,
      },
    ];
  });
  const corrected = holm(compared.map(({ p }) => p));
  return compared.map((one, i) => ({ ...one, holm: corrected[i] }));
}
