/** Ends of an interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The share of intervals that are to hold the true value. */
export const LEVEL = 0.95;
