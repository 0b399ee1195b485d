/** Intervals by the method of each number, or why there is none. */
import { FEW_TESTED_CASES } from '../domain/study/evidence.ts';
import { areaInterval } from './statistics/area-interval.ts';
import { type CaseRate, clusteredMean } from './statistics/clustered-mean.ts';
import type { Interval } from './statistics/interval.ts';
import { type Bounds, type Doubt, FEW_DRAWN_CASES, type Method } from './estimates.ts';
import { kornGraubard } from './statistics/korn-graubard.ts';
import { meanInterval } from './statistics/mean-interval.ts';

/** Fewer cases say nothing of the spread between cases. */
const LEAST_CASES = 3;
/** A bootstrap over fewer cases is refused; over fewer than twice as many it is flagged: it covers 0.85 and 0.88 instead of 0.95. */
const LEAST_DRAWN_CASES = 10;

/** Cases that an interval stands on. */
interface Basis {
  readonly cases: number;
  readonly class: string | null;
}

/** Ends that differ by less are one. */
const ROUNDING = 1e-9;

/** @param make null where all cases agree, as is an interval without width */
function boundsOf(method: Method, basis: Basis, least: number, few: number, make: () => Interval | null | 'undefined'): Bounds {
  const refused = (code: Doubt['code']): Bounds => ({ low: null, high: null, method, doubt: { code, ...basis } });
  if (basis.cases < least) return refused('too few');
  const interval = make();
  if (interval === 'undefined') return refused(interval);
  if (interval === null || !(interval.high - interval.low > ROUNDING)) return refused('no spread');
  return { ...interval, method, doubt: basis.cases < few ? { code: 'few', ...basis } : null };
}

/** Of a rate over images in cases. @param right images per case that count @param images per case; cases without are left out */
export function rateBounds(right: readonly number[], images: readonly number[], of: string | null): Bounds {
  const own = [...images.keys()].filter((i) => images[i] > 0);
  const make = () => {
    const { low, high } = kornGraubard(
      own.map((i) => right[i]),
      own.map((i) => images[i]),
    );
    return { low, high };
  };
  return boundsOf('korn-graubard', { cases: own.length, class: of }, LEAST_CASES, FEW_TESTED_CASES, make);
}

/** Of the mean of one value per case, within the range of values that there are. */
export function meanBounds(values: readonly number[], { low: least, high: most }: Interval): Bounds {
  const make = () => {
    const { low, high } = meanInterval(values);
    return low < high ? { low: Math.max(least, low), high: Math.min(most, high) } : null;
  };
  return boundsOf('t', { cases: values.length, class: null }, LEAST_CASES, FEW_TESTED_CASES, make);
}

/** Of the mean of rates over images of the same cases. @param rates see {@link clusteredMean} */
export function clusteredMeanBounds(rates: readonly CaseRate[], cases: number): Bounds {
  const make = () => {
    const { low, high } = clusteredMean(rates);
    return { low, high };
  };
  return boundsOf('korn-graubard', { cases, class: null }, LEAST_CASES, FEW_TESTED_CASES, make);
}

/** Of an area under a ROC curve. @param variance null where it is not defined @param basis cases of the rarer class */
export function areaBounds(method: 'obuchowski' | 'delong', area: number, variance: number | null, basis: Basis): Bounds {
  const make = () => (variance === null ? null : areaInterval(area, variance, basis.cases));
  return boundsOf(method, basis, LEAST_CASES, FEW_TESTED_CASES, make);
}

/**
 * Of what only a bootstrap has an interval for.
 * @param basis all cases @param rarest cases of the rarest class, which must have a spread of its own
 * @param make "undefined" where the number is not defined in too many draws
 */
export function drawnBounds(basis: Basis, rarest: Basis, make: () => Interval | 'undefined'): Bounds {
  if (rarest.cases < LEAST_CASES) return boundsOf('bootstrap', rarest, LEAST_CASES, 0, make);
  return boundsOf('bootstrap', basis, LEAST_DRAWN_CASES, FEW_DRAWN_CASES, make);
}
