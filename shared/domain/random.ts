/**
 * Counter-based random numbers: a draw is a pure function of its counters, e.g. (seed, epoch, image, draw), so that the
 * same image gets the same augmentation whichever thread asks, in whatever order, interrupted or not.
 *
 * The mixing function is the 32-bit finaliser of MurmurHash3 (Austin Appleby, public domain), applied once per counter.
 */
export function hashCounters(...counters: number[]): number {
  let h = 0x9e3779b9;
  for (const counter of counters) {
    h = (h ^ (counter >>> 0)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h = (h ^ (h >>> 16)) >>> 0;
    h = (Math.imul(h, 5) + 0xe6546b64) >>> 0;
  }
  return h >>> 0;
}

/** A stream of numbers that starts at the given counters. */
export class Random {
  private readonly key: number;
  private draws = 0;

  constructor(...counters: number[]) {
    this.key = hashCounters(...counters);
  }

  /** Uniform in [0, 1). */
  next(): number {
    return hashCounters(this.key, this.draws++) / 2 ** 32;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Integer, uniform in [0, n). */
  integer(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Normal with the given mean and standard deviation (Box-Muller). */
  normal(mean = 0, sd = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return mean + sd * radius * Math.cos(2 * Math.PI * this.next());
  }

  /** Shuffles in place (Fisher-Yates) and returns the array. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}

/** A 32-bit number from text (FNV-1a), to use names as counters. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
