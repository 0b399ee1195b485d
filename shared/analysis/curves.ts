/** How sure a network is, and how well it ranks images, where it was trained and elsewhere: reliability and ROC curves. */
import { contenderOf } from '../domain/study/arm.ts';
import { isNative, isSame } from '../domain/study/view.ts';
import { type BinSums, binMeans, BINS, type ReliabilityBin } from './calibration.ts';
import type { Ranked, Tally } from './tallies.ts';

/** One contender's tests at the magnification of training, or its tests at others. */
export interface ContenderCurves {
  readonly contender: string;
  readonly same: boolean;
  /** trials on single magnifications times magnifications */
  readonly tests: number;
  readonly images: number;
  /** of all images together */
  readonly reliability: readonly ReliabilityBin[];
  /** mean of the tests' curves; null without a positive class, or where a test has one kind only */
  readonly roc: readonly RocPoint[] | null;
}

export interface RocPoint {
  /** 1 - specificity */
  readonly falsePositives: number;
  /** sensitivity */
  readonly truePositives: number;
}

/** Steps of the mean curve. */
const STEPS = 100;

/** Of networks that were trained on one magnification, in their order of appearance; same before other. */
export function curvesOf(tallies: readonly Tally[]): ContenderCurves[] {
  const native = tallies.filter(({ view, trainSet }) => isNative(view) && isSame(trainSet, view) !== null);
  return [...Map.groupBy(native, contenderOf)].flatMap(([contender, own]) =>
    [true, false].flatMap((same) => {
      const tests = own.filter(({ trainSet, view }) => isSame(trainSet, view) === same);
      return tests.length === 0 ? [] : [{ contender, same, tests: tests.length, ...joined(tests) }];
    }),
  );
}

function joined(tests: readonly Tally[]): Pick<ContenderCurves, 'images' | 'reliability' | 'roc'> {
  const bins = Array.from({ length: BINS }, (_, i): BinSums => {
    const sum = (of: (bin: BinSums) => number) => tests.reduce((all, test) => all + of(test.bins[i]), 0);
    return { images: sum((bin) => bin.images), said: sum((bin) => bin.said), happened: sum((bin) => bin.happened) };
  });
  const curves = tests.map(({ ranked }) => ranked && rocCurve(ranked));
  const known = curves.filter((curve) => curve !== null);
  return {
    images: bins.reduce((sum, bin) => sum + bin.images, 0),
    reliability: binMeans(bins),
    roc: known.length < curves.length ? null : meanCurve(known),
  };
}

/**
 * Corners of a ROC curve from (0, 0) to (1, 1); images with equal margins share a slope.
 * @returns null without images of both kinds
 */
export function rocCurve({ margins, isPositive }: Pick<Ranked, 'margins' | 'isPositive'>): RocPoint[] | null {
  const positives = isPositive.filter(Boolean).length;
  const negatives = isPositive.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const descending = [...margins.keys()].sort((a, b) => margins[b] - margins[a]);
  const points: RocPoint[] = [{ falsePositives: 0, truePositives: 0 }];
  let [right, wrong] = [0, 0];
  for (const [at, i] of descending.entries()) {
    if (isPositive[i]) right++;
    else wrong++;
    const next = descending[at + 1];
    if (next === undefined || margins[next] !== margins[i])
      points.push({ falsePositives: wrong / negatives, truePositives: right / positives });
  }
  return points;
}

/** Mean of the sensitivities at equal specificities (vertical averaging; Fawcett, Pattern Recognition Letters 2006; 27:861). */
function meanCurve(curves: readonly (readonly RocPoint[])[]): RocPoint[] {
  const start = { falsePositives: 0, truePositives: 0 };
  const means = Array.from({ length: STEPS + 1 }, (_, step) => {
    const falsePositives = step / STEPS;
    const sum = curves.reduce((all, curve) => all + sensitivityAt(curve, falsePositives), 0);
    return { falsePositives, truePositives: sum / curves.length };
  });
  return means[0].truePositives > 0 ? [start, ...means] : means;
}

/** The highest on a vertical part of the curve, linear between corners. */
function sensitivityAt(curve: readonly RocPoint[], falsePositives: number): number {
  const after = curve.findIndex((point) => point.falsePositives > falsePositives);
  if (after === -1) return 1;
  const [a, b] = [curve[after - 1], curve[after]];
  const share = (falsePositives - a.falsePositives) / (b.falsePositives - a.falsePositives);
  return a.truePositives + share * (b.truePositives - a.truePositives);
}
