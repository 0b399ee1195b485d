import { entryUrl } from '../platform/entries.ts';
import type { FunctionInput, FunctionName, FunctionOutput } from './table.ts';
import { type CallOptions, Thread } from './thread.ts';

/** What was asked of the threads: how often, and which thread answered last. */
export interface Tally {
  readonly calls: number;
  /** its `threadId`; the main thread's is 0 */
  readonly thread: number;
}

/** The threads that compute, so that the lab's own thread is free to answer. One of these per lab, closed with it. */
export class Compute {
  private readonly threads = new Map<string, Thread>();
  private readonly entry: URL;
  readonly tally = new Map<FunctionName, Tally>();

  /** @param entry another worker file, for tests */
  constructor(entry: URL = entryUrl('compute')) {
    this.entry = entry;
  }

  /**
   * Runs a function of the table on its thread.
   * @throws LabError of the function; "internal" or "out-of-memory" when its thread died; "cancelled"
   */
  async call<N extends FunctionName>(name: N, input: FunctionInput<N>, options: CallOptions = {}): Promise<FunctionOutput<N>> {
    await import('sharp'); // on Linux the native library must be loaded by the main thread first
    const [room] = name.split('.');
    let thread = this.threads.get(room);
    if (!thread) this.threads.set(room, (thread = new Thread(this.entry)));
    const answer = thread.call(name, input, options) as Promise<FunctionOutput<N>>;
    this.tally.set(name, { calls: (this.tally.get(name)?.calls ?? 0) + 1, thread: thread.id ?? 0 });
    return answer;
  }

  async close(): Promise<void> {
    await Promise.all([...this.threads.values()].map((thread) => thread.close()));
  }
}
