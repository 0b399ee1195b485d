import { promiseTimeout } from '@vueuse/core';
import { createBirpc } from 'birpc';
import type { CallInput, CallName, CallOutput } from '../../shared/contract/api.ts';
import type { LabEvent } from '../../shared/contract/events.ts';
import type { LabSide, PageSide } from '../../shared/contract/wire.ts';
import { type Link, type OpenLink, RefusedError } from './channels.ts';
import { CallError } from './errors.ts';

/** "refused": the lab is there and does not know this page */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** How the page talks to the lab; tests pass one on an in-memory pair. */
export interface Client {
  /**
   * @param signal says that the answer is not wanted any more; the lab hears it, too
   * @throws CallError with the code of the contract, or "disconnected"
   */
  call<N extends CallName>(name: N, input: CallInput<N>, options?: CallOptions): Promise<CallOutput<N>>;
  /** @returns stops listening */
  onEvent(listener: (event: LabEvent) => void): () => void;
  /** Hears the present state at once, and every change. @returns stops listening */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Tries to connect now instead of at the next interval. */
  retry(): void;
}

interface Open {
  readonly lab: LabSide;
  close(error: Error): void;
}

const RETRY_MS = [250, 500, 1000, 2000, 4000];

/** Connects, speaks birpc over the link, and connects again when the link is lost. */
export function connect(openLink: OpenLink, wait: (ms: number) => Promise<void> = promiseTimeout): Client {
  const eventListeners = new Set<(event: LabEvent) => void>();
  const stateListeners = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = 'connecting';
  let open: Open | null = null;
  let hurry = () => {};
  let opened = Promise.withResolvers<Open>();
  let nextId = 0;

  const enter = (next: ConnectionState) => {
    state = next;
    for (const listener of stateListeners) listener(next);
  };

  const page: PageSide = {
    event: (event) => {
      for (const listener of eventListeners) listener(event);
    },
  };

  async function run(): Promise<never> {
    for (let failures = 0; ;) {
      let refused = false;
      try {
        const link = await openLink();
        open = speak(link, page);
        failures = 0;
        opened.resolve(open);
        enter('open');
        await link.closed;
        open.close(new CallError('disconnected', 'The connection to the lab was lost.'));
      } catch (error) {
        failures++;
        refused = error instanceof RefusedError;
      }
      if (open) opened = Promise.withResolvers<Open>();
      open = null;
      enter(refused ? 'refused' : 'lost');
      const pause = wait(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      await Promise.race([pause, new Promise<void>((resolve) => (hurry = resolve))]);
    }
  }
  void run();

  return {
    async call(name, input, { signal } = {}) {
      if (state === 'lost' || state === 'refused') throw new CallError('disconnected', 'The connection to the lab was lost.');
      const { lab } = await opened.promise;
      const answer = await askCancellably(lab, nextId++, name, input, signal);
      if (!answer.ok) throw CallError.of(answer.error);
      return answer.value as CallOutput<typeof name>;
    },
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    onState(listener) {
      stateListeners.add(listener);
      listener(state);
      return () => stateListeners.delete(listener);
    },
    retry: () => hurry(),
  };
}

/** Settles at once when the signal is aborted, and tells the lab. */
async function askCancellably(lab: LabSide, id: number, name: string, input: unknown, signal?: AbortSignal) {
  const cancelled = new CallError('cancelled', 'The question was withdrawn.');
  if (!signal) return lab.call(id, name, input);
  if (signal.aborted) throw cancelled;
  const { promise: withdrawn, reject } = Promise.withResolvers<never>();
  const cancel = () => {
    lab.cancel(id);
    reject(cancelled);
  };
  signal.addEventListener('abort', cancel);
  try {
    return await Promise.race([lab.call(id, name, input), withdrawn]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function speak({ channel }: Link, page: PageSide): Open {
  const rpc = createBirpc<LabSide, PageSide>(page, {
    post: (data) => channel.post(data),
    on: (listener) => channel.on(listener),
    eventNames: ['cancel'],
    timeout: -1,
  });
  const lab: LabSide = {
    call: (id, name, input) => rpc.call(id, name, input),
    cancel: (id) => void rpc.cancel(id).catch(() => {}), // the lab has gone
  };
  return { lab, close: (error) => rpc.$close(error) };
}
