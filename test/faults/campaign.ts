/** One kind of attack on the product, tried so many times. */
export interface Campaign {
  readonly name: string;
  /** what is counted, for the table */
  readonly unit: string;
  /** how many in `npm test`, and in `npm run test:faults` */
  readonly short: number;
  readonly full: number;
  /** @returns what went wrong, each in a sentence; empty when everything held */
  run(count: number): Promise<Outcome>;
}

export interface Outcome {
  /** as many as were really tried */
  readonly count: number;
  readonly findings: readonly string[];
  /** why it could not be tried here */
  readonly skipped?: string;
  /** something measured, for the table */
  readonly note?: string;
}
