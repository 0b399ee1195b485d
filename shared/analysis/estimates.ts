/** Numbers with their intervals as results carry them: how an interval was made, and why one is rough or refused. */
import type { VarianceComponents } from './statistics/variance-components.ts';

export const METHODS = ['korn-graubard', 'obuchowski', 'delong', 't', 'bootstrap'] as const;
export type Method = (typeof METHODS)[number];

/**
 * "few": an interval that may be too narrow. The others have none: "too few" cases; "no spread", all cases agree, and no interval is
 * without width; "overlap", folds test the same cases more than once, for which this number has no method; "undefined", the number is
 * not defined in many of the drawn samples.
 */
export const DOUBTS = ['few', 'too few', 'no spread', 'overlap', 'undefined'] as const;
export interface Doubt {
  readonly code: (typeof DOUBTS)[number];
  /** of the class that has fewest */
  readonly cases: number;
  /** the class that they are of; null for all */
  readonly class: string | null;
}

export interface Bounds {
  /** ends of the 95 % interval; null where there is none */
  readonly low: number | null;
  readonly high: number | null;
  /** how it was made, or would have been; null where the number has no method */
  readonly method: Method | null;
  readonly doubt: Doubt | null;
}

/** A number with its interval and the cases that it rests on. */
export interface Estimate extends Bounds {
  /** null where it is not defined */
  readonly value: number | null;
  readonly cases: number;
}

/** How far seeds are apart, in the overall accuracy per case. */
export interface SeedSpread {
  readonly seeds: number;
  readonly mean: number | null;
  /** n - 1; null with one seed */
  readonly sd: number | null;
  /** what the best of so many seeds is on average, as "best of three runs" reports, and how much more than the mean that is */
  readonly of: number;
  readonly best: number | null;
  readonly optimism: number | null;
  /** null with one seed, or where seeds were not tested on the same cases */
  readonly components: VarianceComponents | null;
}

/** A bootstrap over fewer cases is flagged: it covers 0.88 and less instead of 0.95. */
export const FEW_DRAWN_CASES = 20;

/** Why an interval is rough or missing, for people; null where nothing needs to be said. */
export function doubtText({ doubt, method }: Pick<Bounds, 'doubt' | 'method'>): string | null {
  if (doubt === null) return null;
  const cases = `${doubt.cases} ${doubt.class === null ? '' : `${doubt.class} `}${doubt.cases === 1 ? 'case' : 'cases'}`;
  switch (doubt.code) {
    case 'few':
      return `only ${cases}: the interval may be too narrow`;
    case 'too few':
      return `${cases}: too few for an interval${method === 'bootstrap' ? ' of this number' : ''}`;
    case 'no spread':
      return `no interval: all of ${cases} agree`;
    case 'overlap':
      return 'no interval: folds test the same cases more than once';
    case 'undefined':
      return `no interval: other samples of ${cases} are often at chance, where this number is not defined`;
  }
}

/** "81.2 (70.1 to 89.3)": a share in per cent, with its 95 % interval where there is one. */
export function estimateText({ value, low, high }: Pick<Bounds, 'low' | 'high'> & { readonly value: number | null }): string {
  if (value === null) return '\u2013';
  const own = points(value);
  return low === null || high === null ? own : `${own} (${points(low)} to ${points(high)})`;
}

/** "83.1 ± 1.2, best of 3: 84.0": what seeds give, and what the best of so many would report. */
export function seedText({ mean, sd, of, best }: SeedSpread): string {
  if (mean === null) return '\u2013';
  return sd === null || best === null ? points(mean) : `${points(mean)} \u00b1 ${points(sd)}, best of ${of}: ${points(best)}`;
}

/** A share in per cent, or a difference in points. */
export function points(share: number): string {
  const text = (100 * share).toFixed(1);
  return text === '-0.0' ? '0.0' : text.replace('-', '\u2212');
}
