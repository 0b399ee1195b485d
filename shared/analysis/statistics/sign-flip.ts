import { hashCounters } from '../../domain/random.ts';

/** Up to as many cases, all patterns of signs are counted. */
const MOST_EXACT = 16;
/** With more, as many random ones. */
const RANDOM_FLIPS = 99_999;
/** Values that differ by less are the same but for rounding: means of the same counts can be added up in another order. */
const ROUNDING = 1e-12;
const BYTE = 8;
const WORD = 32;

export interface SignFlip {
  /** mean of the differences */
  readonly statistic: number;
  readonly p: number;
  /** cases with a difference */
  readonly nonZero: number;
  /** what p would be if all differences pointed the same way: it cannot get below */
  readonly smallestPossibleP: number;
}

/**
 * Two-sided test of "neither is better" on paired differences: the share of all patterns of signs whose mean is at least as far from 0
 * as the observed one. With many cases (b + 1) / (B + 1) of B random patterns (Phipson and Smyth 2010), which are the same for the
 * same number of cases, whatever is compared.
 * @param differences one per case; zeros stay
 */
export function signFlip(differences: readonly number[]): SignFlip {
  const cases = differences.length;
  const sum = differences.reduce((a, b) => a + b, 0);
  const nonZero = differences.filter((d) => Math.abs(d) > ROUNDING).length;
  const isFar = (flipped: number) => Math.abs(sum - 2 * flipped) / cases >= Math.abs(sum) / cases - ROUNDING;
  const smallest = nonZero === 0 ? 1 : 2 ** (1 - nonZero);
  const exact = cases <= MOST_EXACT;
  return {
    statistic: sum / cases,
    p: exact ? exactShare(differences, isFar) : randomShare(differences, isFar),
    nonZero,
    smallestPossibleP: exact ? smallest : Math.max(smallest, 1 / (RANDOM_FLIPS + 1)),
  };
}

/** @param isFar of the sum of the differences whose sign is turned */
function exactShare(differences: readonly number[], isFar: (flipped: number) => boolean): number {
  const [low, high] = [sumsOfByte(differences, 0), sumsOfByte(differences, BYTE)];
  const patterns = 2 ** differences.length;
  let far = 0;
  for (let pattern = 0; pattern < patterns; pattern++) if (isFar(low[pattern & 255] + high[pattern >> BYTE])) far++;
  return far / patterns;
}

/** Bit i of a pattern, 32 bits a random number, turns the sign of case i. */
function randomShare(differences: readonly number[], isFar: (flipped: number) => boolean): number {
  const bytes = Array.from({ length: Math.ceil(differences.length / BYTE) }, (_, i) => sumsOfByte(differences, BYTE * i));
  let far = 0;
  for (let draw = 0; draw < RANDOM_FLIPS; draw++) {
    let [flipped, bits] = [0, 0];
    for (let i = 0; i < bytes.length; i++) {
      const at = (BYTE * i) % WORD;
      if (at === 0) bits = hashCounters(draw, (BYTE * i) / WORD);
      flipped += bytes[i][(bits >>> at) & 255];
    }
    if (isFar(flipped)) far++;
  }
  return (far + 1) / (RANDOM_FLIPS + 1);
}

/** For each pattern of eight bits, the sum of those of eight differences whose bit is set. @param from the first of them */
function sumsOfByte(differences: readonly number[], from: number): Float64Array {
  const sums = new Float64Array(2 ** BYTE);
  for (let pattern = 1; pattern < sums.length; pattern++) {
    const without = pattern & (pattern - 1);
    const lowest = Math.log2(pattern - without);
    sums[pattern] = sums[without] + (differences[from + lowest] ?? 0);
  }
  return sums;
}
