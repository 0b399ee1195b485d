/**
 * p-values of several tests, each made as large as the number of tests asks for (Holm 1979): the chance of any false alarm among them
 * stays below the level. In the order given; a smaller p never gets a larger one than a larger.
 */
export function holm(ps: readonly number[]): number[] {
  const adjusted = new Array<number>(ps.length);
  let largest = 0;
  const ascending = ps.map((p, at) => ({ p, at })).sort((a, b) => a.p - b.p);
  for (const [i, { p, at }] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - i) * p));
    adjusted[at] = largest;
  }
  return adjusted;
}
