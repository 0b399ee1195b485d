import { type Interval, LEVEL } from './interval.ts';
import { effectiveInterval } from './korn-graubard.ts';
import { sum } from './sum.ts';

/** A rate over images in cases: per case the images, and those that count; the same cases in the same order for all rates of a mean. */
export interface CaseRate {
  readonly right: readonly number[];
  /** 0 where a case has none in this rate */
  readonly images: readonly number[];
}

export interface ClusteredMean extends Interval {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * The mean of several rates over images of the same cases, every rate weighing the same. Its standard error is that of what each case
 * adds to the mean, linearised (Taylor; Woodruff, JASA 1971; 66:411), its interval Korn and Graubard's: of one rate it is theirs.
 * Student's would cover 0.87 instead of 0.95 of a mean of 0.85 over 10 cases.
 * @param rates at least one, each with an image; at least two cases
 */
export function clusteredMean(rates: readonly CaseRate[], level = LEVEL): ClusteredMean {
  const cases = rates[0].images.length;
  const parts = rates.map(({ right, images }) => {
    const all = sum(images);
    const rate = sum(right) / all;
    return { all, rate, added: right.map((k, i) => (k - rate * images[i]) / all / rates.length) };
  });
  const mean = sum(parts.map(({ rate }) => rate)) / rates.length;
  const added = Array.from({ length: cases }, (_, i) => sum(parts.map((part) => part.added[i])));
  const standardError = Math.sqrt((cases / (cases - 1)) * sum(added.map((value) => value ** 2)));
  const images = sum(parts.map(({ all }) => all));
  const { low, high } = effectiveInterval({ rate: mean, standardError, images, cases }, level);
  return { mean, standardError, low, high };
}
