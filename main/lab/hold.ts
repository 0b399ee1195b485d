import { readFile, statfs } from 'node:fs/promises';
import type { ErrorEnvelope } from '../../shared/contract/errors.ts';
import { engineChoiceSchema } from '../../shared/contract/trial.ts';
import type { Compute } from '../compute/compute.ts';
import { readHistory, trialFiles } from '../project/trial-folder.ts';

/** How often it is asked whether what stopped a trial has passed, ms. */
const CHECK_MS = 3_000;
/** A trial that is stopped so often without a new epoch is left interrupted: waiting does not help it. */
const MOST_TRIES = 3;

export const GOES_ON = 'The queue waits and goes on by itself.';

/** A trial that was stopped by what passes by itself, and what that is. */
export class Hold {
  private held: { readonly trial: string; readonly error: ErrorEnvelope; readonly timer: NodeJS.Timeout } | null = null;
  private readonly compute: Compute;
  /** how often each was stopped, and after which epoch */
  private readonly tries = new Map<string, { epoch: number; times: number }>();

  constructor(compute: Compute) {
    this.compute = compute;
  }

  /** The trial that is held; undefined when none is. */
  get trial(): string | undefined {
    return this.held?.trial;
  }

  get error(): ErrorEnvelope | null {
    return this.held?.error ?? null;
  }

  /**
   * Holds a trial until what stopped it has passed.
   * @param folder of the trial
   * @param goOn called then
   * @returns whether it is worth waiting
   */
  async begin(trial: string, error: ErrorEnvelope, folder: string, goOn: () => void): Promise<boolean> {
    const epoch = (await readHistory(folder).catch(() => [])).length;
    const before = this.tries.get(trial);
    const times = before?.epoch === epoch ? before.times + 1 : 1;
    this.tries.set(trial, { epoch, times });
    if (times > MOST_TRIES) return false;
    this.end();
    const timer = setInterval(() => {
      void hasPassed(error, folder, this.compute)
        .catch(() => false)
        .then((passed) => {
          if (!passed || this.held?.timer !== timer) return;
          this.end();
          goOn();
        });
    }, CHECK_MS);
    this.held = { trial, error, timer };
    return true;
  }

  /** Holds nothing any more. */
  end(): void {
    if (this.held) clearInterval(this.held.timer);
    this.held = null;
  }

  /** As if nothing had ever been held. */
  forget(): void {
    this.end();
    this.tries.clear();
  }
}

/** Room beyond what a write needed before the queue goes on: logs and history grow too. */
const SPARE_BYTES = 50e6;
/** A trial that was killed for want of memory and told nothing of its needs starts again when so much is free. */
const LEAST_MEMORY_BYTES = 1e9;

/**
 * Whether what stopped a trial has passed, so that trying again makes sense.
 * @param folder of the trial
 */
async function hasPassed({ code, details }: ErrorEnvelope, folder: string, compute: Compute): Promise<boolean> {
  switch (code) {
    case 'data-away':
      return !(await compute.call('trials.away', { folder }));
    case 'disk-full': {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize > (Number(details?.needed) || 0) + SPARE_BYTES;
    }
    case 'out-of-memory':
      return process.availableMemory() > (await memoryOf(folder));
    default:
      return true;
  }
}

/** What the trial's steps took when they were measured, bytes. */
async function memoryOf(folder: string): Promise<number> {
  const text = await readFile(trialFiles(folder).engine, 'utf8').catch(() => 'null');
  const measured = engineChoiceSchema.shape.measured.safeParse((JSON.parse(text) as { measured?: unknown } | null)?.measured);
  const peaks = (measured.data ?? []).flatMap(({ measurement: m }) => (m.ok ? [m.peakBytes] : []));
  return Math.max(LEAST_MEMORY_BYTES, ...peaks);
}
