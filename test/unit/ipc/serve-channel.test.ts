import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { portChannel } from '../../../main/ipc/message-port.ts';
import { serveChannel } from '../../../main/ipc/serve-channel.ts';
import type { LabEvent } from '../../../shared/contract/events.ts';
import type { LabServices } from '../../../shared/contract/api.ts';
import { LabError } from '../../../shared/contract/errors.ts';
import type { LabSide, PageSide } from '../../../shared/contract/wire.ts';

/** Node's port speaks plain messages where Electron's MessagePortMain speaks events. */
function asMainPort(port: MessagePort) {
  return {
    postMessage: (message: unknown) => port.postMessage(message),
    on: (_event: 'message', listener: (event: { data: unknown }) => void) => port.on('message', (data) => listener({ data })),
  };
}

/** those that the services were given */
const signals: AbortSignal[] = [];

const services = {
  'models.list': (_input: unknown, { signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return new Promise(() => {}); // it looks at its signal
  },
  'lab.info': async () => ({
    version: '1',
    releases: null,
    door: 'desktop',
    nativeDialogs: false,
    projectsFolder: '/p',
    project: null,
  }),
  'tasks.cancel': async ({ task }: { task: string }) => {
    throw new LabError('not-found', `There is no task ${task}.`, { field: 'task' });
  },
  'tasks.list': async () => {
    throw new TypeError('a defect');
  },
  'projects.recent': async () => [() => 'cannot be cloned'],
} as unknown as LabServices;

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A lab on one end of a Node MessageChannel, a page on the other. */
function connect() {
  const { port1, port2 } = new MessageChannel();
  const listeners = new Set<(event: LabEvent) => void>();
  const stop = serveChannel(
    {
      services,
      on(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    portChannel(asMainPort(port1)),
  );
  const events: LabEvent[] = [];
  const page = createBirpc<LabSide, PageSide>(
    { event: (event) => void events.push(event) },
    { post: (data) => port2.postMessage(data), on: (listener) => port2.on('message', listener), timeout: 3000 },
  );
  ends.push(() => (stop(), port1.close(), port2.close()));
  const emit = (event: LabEvent) => listeners.forEach((listener) => listener(event));
  return { page, events, emit, stop, listeners, post: (message: unknown) => port2.postMessage(message) };
}

describe('a lab served over a channel', () => {
  it('answers a call of the contract', async () => {
    const { page } = connect();
    expect(await page.call(0, 'lab.info', {})).toMatchObject({ ok: true, value: { version: '1' } });
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'studies.destroy', '', 'lab'])(
    'knows no call "%s"',
    async (name) => {
      const { page } = connect();
      expect(await page.call(0, name, {})).toMatchObject({
        ok: false,
        error: { code: 'not-allowed', details: { field: 'name' } },
      });
    },
  );

  it.each<{ name: unknown }>([{ name: null }, { name: 7 }, { name: {} }, { name: [] }, { name: { toString: 1 } }])(
    'takes no name that is not text: %j',
    async ({ name }) => {
      const { page } = connect();
      expect(await page.call(0, name as unknown as string, {})).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
    },
  );

  it.each([
    ['an unknown field', { task: 'a', force: true }, 'force'],
    ['a wrong type', { task: 7 }, 'task'],
    ['a missing field', {}, 'task'],
    ['a field deep down', undefined, ''],
    ['an array', ['a'], ''],
  ])('names the field: %s', async (_what, input, field) => {
    const { page } = connect();
    const answer = await page.call(0, 'tasks.cancel', input);
    expect(answer).toMatchObject({ ok: false, error: { code: 'bad-input', details: { field } } });
    if (field) expect(!answer.ok && answer.error.message).toContain(`"${field}"`);
  });

  it('names a nested field by its path', async () => {
    const { page } = connect();
    const input = { filter: { magnification: 'high' }, offset: 0, limit: 10 };
    expect(await page.call(0, 'dataset.images', input)).toMatchObject({
      ok: false,
      error: { details: { field: 'filter.magnification' } },
    });
  });

  it('sends errors of a service as values', async () => {
    const { page } = connect();
    expect(await page.call(0, 'tasks.cancel', { task: 'x' })).toEqual({
      ok: false,
      error: { code: 'not-found', message: 'There is no task x.', details: { field: 'task' } },
    });
    expect(await page.call(0, 'tasks.list', {})).toEqual({ ok: false, error: { code: 'internal', message: 'a defect' } });
  });

  it('aborts the signal of a call that is cancelled, of no other, and of all when the page has gone', async () => {
    const { page, stop } = connect();
    for (const id of [1, 2, 3]) page.call(id, 'models.list', {}).catch(() => {});
    await vi.waitFor(() => expect(signals).toHaveLength(3));
    void page.$callRaw({ method: 'cancel', args: [2], event: true });
    await vi.waitFor(() => expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false]));
    void page.$callRaw({ method: 'cancel', args: ['nothing'], event: true });
    stop();
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('tells the page of events until it is stopped', async () => {
    const { page, events, emit, stop, listeners } = connect();
    emit({ type: 'dataset' });
    emit({ type: 'project', project: null });
    await page.call(0, 'lab.info', {}); // answers come after events
    expect(events).toEqual([{ type: 'dataset' }, { type: 'project', project: null }]);
    stop();
    expect(listeners.size).toBe(0);
  });

  it('drops what is no request, and goes on', async () => {
    const rejected = vi.fn();
    process.on('unhandledRejection', rejected);
    ends.push(() => process.off('unhandledRejection', rejected));
    const { page, post } = connect();
    const nonsense: unknown[] = [null, undefined, 'text', 7, true, [], [null], {}, { t: 'q' }, new Map(), new Uint8Array(4)];
    for (const message of nonsense) post(message);
    post({ t: 'q', m: 'call', a: null, i: 'a' });
    post({ t: 'q', m: 'call', a: 'lab.info', i: 'b' });
    post({ t: 'q', m: { toString: null }, a: [], i: 'c' });
    post({ t: 'q', m: '__proto__', a: [], i: 'd' });
    post({ t: 'q', m: 'constructor', a: [], i: 'e' });
    post({ t: 'q', m: 'event', a: [{ type: 'dataset' }] });
    post({ t: 's', i: 'f', r: 1 });
    expect(await page.call(0, 'lab.info', {})).toMatchObject({ ok: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rejected).not.toHaveBeenCalled();
  });

  it('survives an answer that cannot be sent', async () => {
    const { page } = connect();
    await expect(page.call(0, 'projects.recent', {})).rejects.toThrow(/clone/i);
    expect(await page.call(0, 'lab.info', {})).toMatchObject({ ok: true });
  });
});
