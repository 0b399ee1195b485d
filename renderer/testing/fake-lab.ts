import { createBirpc } from 'birpc';
import type { CallInput, CallName, CallOutput } from '../../shared/contract/api.ts';
import type { LabEvent } from '../../shared/contract/events.ts';
import type { ErrorEnvelope } from '../../shared/contract/errors.ts';
import type { Channel, LabSide, PageSide } from '../../shared/contract/wire.ts';
import type { Link } from '../api/channels.ts';
import type { Client } from '../api/index.ts';

/** Two channels joined in memory; everything is cloned on the way, as a transport does. */
function channelPair(): [Channel, Channel] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const side = (own: 0 | 1): Channel => ({
    post: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => listeners[1 - own].forEach((listener) => listener(copy)));
    },
    on: (listener) => void listeners[own].push(listener),
  });
  return [side(0), side(1)];
}

export type Answer = { ok: true; value: unknown } | { ok: false; error: ErrorEnvelope };

/** The lab's side of a link, answering as told. */
export function fakeLabLink(answer: (name: string, input: unknown) => Promise<Answer> | Answer) {
  const [page, lab] = channelPair();
  const cancelled: number[] = [];
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const rpc = createBirpc<PageSide, LabSide>(
    { call: async (_id, name, input) => answer(name, input), cancel: (id) => void cancelled.push(id) },
    { post: (data) => lab.post(data), on: (listener) => lab.on(listener), eventNames: ['event'], timeout: -1 },
  );
  const link: Link = { channel: page, closed };
  return { link, close, cancelled, emit: (event: LabEvent) => void rpc.event(event) };
}

type Answers = { [N in CallName]?: (input: CallInput<N>, signal?: AbortSignal) => CallOutput<N> | Promise<CallOutput<N>> };

/** A client whose calls are answered by functions; a call without one fails the test. */
export function fakeClient(answers: Answers): Client & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    async call(name, input, { signal } = {}) {
      calls.push(name);
      const answer = answers[name];
      if (!answer) throw new Error(`The test did not expect the call ${name}.`);
      return answer(input, signal);
    },
    onEvent: () => () => {},
    onState: () => () => {},
    retry: () => {},
  };
}
