/** Lets through, of what is told often, one in so many milliseconds; the first at once. */
export class Throttle {
  private last = -Infinity;
  private readonly interval: number;

  /** @param interval ms */
  constructor(interval: number) {
    this.interval = interval;
  }

  /** Whether it is time again; if so, the interval begins anew. */
  isDue(): boolean {
    if (performance.now() - this.last < this.interval) return false;
    this.restart();
    return true;
  }

  /** The interval begins anew, whatever was due. */
  restart(): void {
    this.last = performance.now();
  }
}
