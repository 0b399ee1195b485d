import { createBirpc } from 'birpc';
import { api, type CallContext, type CallName, type LabServices } from '../../shared/contract/api.ts';
import { LabError, parseOrThrow, toEnvelope } from '../../shared/contract/errors.ts';
import type { Channel, LabSide, PageSide } from '../../shared/contract/wire.ts';
import type { Lab } from '../lab/lab.ts';

/**
 * Offers the lab to one page over a channel: only calls of the contract, only with an argument that its schema takes. Errors
 * go back as values.
 * @returns ends the service, when the page has gone
 */
export function serveChannel(lab: Pick<Lab, 'services' | 'on'>, channel: Channel): () => void {
  const unanswered = new Map<number, AbortController>();
  // no prototype: birpc looks methods up by the name that the page sends
  const side = Object.assign(Object.create(null), {
    async call(id: number, name: string, input: unknown) {
      const controller = new AbortController();
      unanswered.set(id, controller);
      try {
        return await answer(lab.services, name, input, controller.signal);
      } finally {
        if (unanswered.get(id) === controller) unanswered.delete(id);
      }
    },
    cancel: (id: number) => unanswered.get(id)?.abort(),
  }) as LabSide;
  const rpc = createBirpc<PageSide, LabSide>(side, {
    post: (data) => channel.post(data),
    on: (listener) => channel.on((message) => isRequest(message) && listener(message)),
    eventNames: ['event'],
    timeout: -1,
    onGeneralError: () => true, // an answer that the channel does not take: the page has gone
  });
  const stop = lab.on((event) => {
    rpc.event(event).catch(() => {}); // the page has gone
  });
  return () => {
    stop();
    rpc.$close();
    for (const controller of unanswered.values()) controller.abort(); // nobody hears the answers
  };
}

/** A page only asks: anything but a request is dropped, so that no message of a page can throw in this process. */
function isRequest(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { t: type, m: method, a: args, i: id } = message as Record<string, unknown>;
  return type === 'q' && typeof method === 'string' && Array.isArray(args) && (id === undefined || typeof id === 'string');
}

/** Parses, calls, and turns any outcome into a value. */
export async function answer(
  services: LabServices,
  name: unknown,
  input: unknown,
  signal?: AbortSignal,
): ReturnType<LabSide['call']> {
  try {
    if (typeof name !== 'string' || !Object.hasOwn(api, name))
      throw new LabError('not-allowed', `There is no call "${typeof name === 'string' ? name.slice(0, 80) : typeof name}".`, {
        field: 'name',
      });
    const call = name as CallName;
    const parsed = parseOrThrow(api[call].input, input, `call ${call}`);
    const service = services[call] as (input: unknown, ...context: CallContext[]) => Promise<unknown>;
    return { ok: true, value: await service(parsed, ...(signal ? [{ signal }] : [])) };
  } catch (error) {
    return { ok: false, error: toEnvelope(error) };
  }
}
