import { promiseTimeout } from '@vueuse/core';
import { createBirpc } from 'birpc';
import type { CallInput, CallName, CallOutput, LabEvent } from '../../shared/contract/api.ts';
import type { LabSide, PageSide } from '../../shared/contract/wire.ts';
import { type Link, type OpenLink, RefusedError } from './channels.ts';
import { CallError } from './errors.ts';

/** "refused": the lab is there and does not know this page */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused';

/** How the page talks to the lab; tests pass one on an in-memory pair. */
export interface Client {
  /** @throws CallError with the code of the contract, or "disconnected" */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
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
    async call(name, input) {
      if (state === 'lost' || state === 'refused') throw new CallError('disconnected', 'The connection to the lab was lost.');
      const { lab } = await opened.promise;
      const answer = await lab.call(name, input);
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

function speak({ channel }: Link, page: PageSide): Open {
  const rpc = createBirpc<LabSide, PageSide>(page, {
    post: (data) => channel.post(data),
    on: (listener) => channel.on(listener),
    timeout: -1,
  });
  return { lab: { call: (name, input) => rpc.call(name, input) }, close: (error) => rpc.$close(error) };
}
