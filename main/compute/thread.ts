import { Worker } from 'node:worker_threads';
import { LabError } from '../../shared/contract/errors.ts';
import type { IndexProgress } from '../dataset/index-folder.ts';
import type { FromThread, ToThread } from './messages.ts';

export interface CallOptions {
  /** drops the answer; a function that looks at its own signal ends early, too */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IndexProgress) => void;
  /** a cancelled call settles when its function has ended, not before: it writes something */
  readonly untilEnded?: boolean;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress?: (progress: IndexProgress) => void;
}

/** One worker thread, begun with the first call. One that dies fails the calls it had, and the next call begins another. */
export class Thread {
  private worker: Worker | null = null;
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;
  private closed = false;
  private readonly entry: URL;

  constructor(entry: URL) {
    this.entry = entry;
  }

  /** Of the running worker; null before the first call. The main thread has 0. */
  get id(): number | null {
    return this.worker?.threadId ?? null;
  }

  /** @throws LabError of the function, or that says how the thread ended; the signal's reason */
  call(name: string, input: unknown, { signal, onProgress, untilEnded = false }: CallOptions): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.closed) return Promise.reject(new LabError('cancelled', 'The lab is closed.'));
    this.worker ??= this.start();
    const { worker } = this;
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancel = () => {
        worker.postMessage({ type: 'cancel', id } satisfies ToThread);
        if (!untilEnded) this.settle(id)?.reject(signal!.reason);
      };
      const done = () => signal?.removeEventListener('abort', cancel);
      this.pending.set(id, {
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error as Error)),
        onProgress,
      });
      signal?.addEventListener('abort', cancel);
      worker.ref(); // a call keeps the process alive, an idle thread does not
      worker.postMessage({ type: 'call', id, name, input } satisfies ToThread);
    });
  }

  /** Ends the thread and what it does. */
  async close(): Promise<void> {
    this.closed = true;
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(this.entry);
    let why: { code: 'internal' | 'out-of-memory'; reason: string } = { code: 'internal', reason: 'without a word' };
    worker.on('message', (message: FromThread) => {
      if (message.type === 'progress') return this.pending.get(message.id)?.onProgress?.(message.progress);
      const call = this.settle(message.id);
      if (message.type === 'value') return call?.resolve(message.value);
      const { code, message: text, details } = message.error;
      call?.reject(new LabError(code, text, details));
    });
    worker.on('error', (error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      why = { code: code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'internal', reason: message };
    });
    worker.on('exit', () => {
      this.worker = null;
      const error = this.closed
        ? new LabError('cancelled', 'The lab was closed before the answer was there.')
        : new LabError(why.code, `The thread that computes ended before the answer was there: ${why.reason}. Try again.`);
      for (const id of [...this.pending.keys()]) this.settle(id)?.reject(error);
    });
    return worker;
  }

  private settle(id: number): Pending | undefined {
    const call = this.pending.get(id);
    this.pending.delete(id);
    if (this.pending.size === 0) this.worker?.unref();
    return call;
  }
}
