/**
 * What can be said of a study beyond its point values: intervals of squares and networks, and which networks differ. Everything
 * rests on cases, seeds averaged first; the methods are those of docs/protocol.md. The same tallies and seed give the same bits.
 */
import { isNetwork } from '../domain/study/arm.ts';
import { trainSetId } from '../domain/study/train-set.ts';
import { isNative, isSame } from '../domain/study/view.ts';
import { clusteredMeanBounds, drawnBounds } from './bounds.ts';
import { curvesOf } from './curves.ts';
import type { Estimate, Method, SeedSpread } from './estimates.ts';
import {
  type Comparison,
  type ContenderInference,
  type Inference,
  LEAST_ABOVE_CHANCE,
  type Measure,
  MEASURES,
  type SquareInference,
} from './findings.ts';
import { mean, standardDeviation } from './metrics.ts';
import { type ClassesOfTask, meanEstimate, squareEstimates } from './square-estimates.ts';
import { type Scores, scoresOf, type Square, squaresOf, testedClasses } from './squares.ts';
import { type Resamples, drawnSums, percentileInterval, resampleCases } from './statistics/bootstrap.ts';
import { expectedBest, REPORTED_RUNS } from './statistics/expected-best.ts';
import { holm } from './statistics/holm.ts';
import { isPracticallyEqual, meanInterval } from './statistics/mean-interval.ts';
import { signFlip } from './statistics/sign-flip.ts';
import { sum } from './statistics/sum.ts';
import { varianceComponents } from './statistics/variance-components.ts';
import type { SquareCase, Tally } from './tallies.ts';

export interface InferenceOptions extends ClassesOfTask {
  /** differences within it do not matter, as a share of 1 */
  readonly band: number;
}

/** Of the bootstrap: every study draws the same, so that studies can be compared and repeated. */
const SEED = 20_260_101;
const LEAST_PAIRED = 3;
const ROUNDING = 1e-9;

/** @param tallies of the finished trials, in the order of the plan */
export function inferenceOf(tallies: readonly Tally[], options: InferenceOptions): Inference {
  const squares = squaresOf(tallies);
  const cases = casesOf(squares, options.classes.length);
  const balanced = new Map(squares.map((square) => [square, balancedOf(square, cases)]));
  const native = squares.filter(({ view }) => isNative(view)); // what networks are judged by
  const contenders = [...Map.groupBy(native, ({ contender }) => contender)];
  const scores = contenders.map(([contender, own]) => scoresOf(contender, own));
  return {
    curves: curvesOf(tallies),
    squares: squares.map((square) => squareInference(square, balanced.get(square)!, options)),
    contenders: contenders.map(([contender, own], i) => ({
      contender,
      means: meansOf(own),
      overall: meanEstimate(scores[i].overall, { low: 0, high: 1 }),
      gap: meanEstimate(scores[i].gap, { low: -1, high: 1 }),
      retention: retentionOf(own, balanced, cases.resamples.draws, options.classes.length),
      consistency: consistencyOf(own.flatMap((square) => square.tallies)),
      seeds: seedSpread(own.flatMap((square) => square.tallies)),
    })),
    // baselines are not compared: every further pair makes the correction stricter
    comparisons: MEASURES.flatMap((measure) =>
      comparisonsOf(
        measure,
        scores.filter(({ contender }) => isNetwork(contender)),
        options.band,
      ),
    ),
  };
}

/** All tested cases, and how often each is drawn: shared by everything that is compared. */
interface Cases {
  readonly names: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly resamples: Resamples;
}

function casesOf(squares: readonly Square[], classes: number): Cases {
  const classOf = new Map<string, number>();
  // a case with several classes counts for the first of them
  for (const { cases } of squares)
    for (const { case: name, images } of cases) {
      const of = images.findIndex((count) => count > 0);
      classOf.set(name, Math.min(classOf.get(name) ?? of, of));
    }
  const names = [...classOf.keys()].sort();
  const strata = Array.from({ length: classes }, (_, c) => names.flatMap((name, i) => (classOf.get(name) === c ? [i] : [])));
  const numbers = new Map(names.map((name, i) => [name, i]));
  const resamples = resampleCases(
    strata.filter((own) => own.length > 0),
    SEED,
  );
  return { names, numbers, resamples };
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
    value += sum(right) / sum(images) / classes.length;
    const [found, there] = [drawnSums(resamples, right), drawnSums(resamples, images)];
    for (let i = 0; i < draws.length; i++) draws[i] += found[i] / there[i] / classes.length;
  }
  return { value, draws };
}

function squareInference(square: Square, balanced: Balanced, options: InferenceOptions): SquareInference {
  const { contender, trainSet, view, tallies, cases } = square;
  const { metrics, recalls } = squareEstimates(tallies, cases, options);
  const { accuracy, ...others } = metrics;
  const balancedAccuracy = balancedEstimate(balanced, cases, options.classes);
  return { contender, trainSet, view, metrics: { accuracy, balancedAccuracy, ...others }, recalls };
}

function balancedEstimate({ value, draws }: Balanced, own: readonly SquareCase[], classes: readonly string[]): Estimate {
  if (value === null) return notDefined('bootstrap', own.length);
  const basis = { cases: own.length, class: null };
  return { value, cases: own.length, ...drawnBounds(basis, rarestClass(own, classes), () => percentileInterval(draws)) };
}

function notDefined(method: Method, cases: number): Estimate {
  return { value: null, cases, low: null, high: null, method, doubt: null };
}

/** The tested class with the fewest cases. */
function rarestClass(own: readonly SquareCase[], classes: readonly (string | null)[]) {
  const perClass = classes.map((name, c) => ({ class: name, cases: own.filter(({ images }) => images[c] > 0).length }));
  return perClass.filter(({ cases }) => cases > 0).reduce((a, b) => (b.cases < a.cases ? b : a));
}

/** Squares of one class are left out, as of the matrix' means. */
function meansOf(squares: readonly Square[]): ContenderInference['means'] {
  const single = squares.filter((square) => isSame(square.trainSet, square.view) !== null && testedClasses(square).length > 1);
  const where = (same: boolean) => single.filter((square) => isSame(square.trainSet, square.view) === same);
  return { overall: meanOfSquares(single), same: meanOfSquares(where(true)), other: meanOfSquares(where(false)) };
}

function meanOfSquares(squares: readonly Square[]): Estimate {
  const names = [...new Set(squares.flatMap(({ cases }) => cases.map((own) => own.case)))].sort();
  if (squares.length === 0) return notDefined('korn-graubard', 0);
  const rates = squares.map(({ cases }) => {
    const byName = new Map(cases.map((own) => [own.case, own]));
    const counts = (of: (own: SquareCase) => readonly number[]) => names.map((name) => (byName.has(name) ? sum(of(byName.get(name)!)) : 0)); // prettier-ignore
    return { right: counts(({ right }) => right), images: counts(({ images }) => images) };
  });
  const value = mean(rates.map(({ right, images }) => sum(right) / sum(images)));
  return { value, cases: names.length, ...clusteredMeanBounds(rates, names.length) };
}

function retentionOf(
  squares: readonly Square[],
  balanced: ReadonlyMap<Square, Balanced>,
  draws: number,
  classes: number,
): Estimate {
  const chance = 1 / classes;
  const counted = squares.filter(
    (square) => balanced.get(square)!.value !== null && isSame(square.trainSet, square.view) !== null,
  );
  const [same, other] = [true, false].map((is) => counted.filter((s) => isSame(s.trainSet, s.view) === is).map((s) => balanced.get(s)!)); // prettier-ignore
  const cases = new Set(counted.flatMap((square) => square.cases.map((own) => own.case))).size;
  const [sameValue, otherValue] = [same, other].map((own) => mean(own.map(({ value }) => value!)));
  const defined = sameValue !== null && otherValue !== null && sameValue - chance - LEAST_ABOVE_CHANCE > ROUNDING;
  if (!defined) return notDefined('bootstrap', cases);
  // it is as rough as its roughest square
  const fewest = Math.min(...counted.map((square) => square.cases.length));
  const rarest = Math.min(
    ...counted.map(
      (square) =>
        rarestClass(
          square.cases,
          Array.from({ length: classes }, () => null),
        ).cases,
    ),
  );
  const values = () =>
    Float64Array.from({ length: draws }, (_, i) => {
      const [a, b] = [same, other].map((own) => own.reduce((sum, { draws: all }) => sum + all[i], 0) / own.length);
      return a > chance ? (b - chance) / (a - chance) : NaN; // nothing above chance to keep in this draw
    });
  return {
    value: (otherValue - chance) / (sameValue - chance),
    cases,
    ...drawnBounds({ cases: fewest, class: null }, { cases: rarest, class: null }, () => percentileInterval(values())),
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
  const of = Math.min(REPORTED_RUNS, means.length);
  const best = means.length === 0 ? null : expectedBest(means, of);
  const average = mean(means);
  return {
    seeds: means.length,
    mean: average,
    sd: standardDeviation(means),
    of,
    best,
    optimism: best === null ? null : best - average!,
    components:
      complete && perSeed.length > 1 && names.length > 1
        ? varianceComponents(names.map((name) => perSeed.map((scores) => scores.get(name)!)))
        : null,
  };
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
        // where all cases agree nothing is known of the spread, and no band is narrow enough
        practicallyEqual: ninety !== null && ninety.high - ninety.low > ROUNDING && isPracticallyEqual(ninety, band),
        p,
        smallestPossibleP,
      },
    ];
  });
  const corrected = holm(compared.map(({ p }) => p));
  return compared.map((one, i) => ({ ...one, holm: corrected[i] }));
}
