import { LabError } from '../../shared/contract/errors.ts';

/** Lets so much work run at once; a little more waits its turn, and the rest is refused. */
export class Limit {
  private readonly most: number;
  private readonly mostWaiting: number;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(most: number, mostWaiting: number) {
    this.most = most;
    this.mostWaiting = mostWaiting;
  }

  /** @throws LabError "not-available" when too much waits already, "cancelled" when the signal is aborted before its turn */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.running >= this.most) {
      if (this.waiting.length >= this.mostWaiting)
        throw new LabError('not-available', 'Too much is being computed at once. Wait until some of it is done, then try again.');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running++;
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next)
        next(); // it takes over the place
      else this.running--;
    }
  }
}
