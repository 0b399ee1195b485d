import { describe, expect, it, vi } from 'vitest';
import { fakeLabLink } from '../testing/fake-lab.ts';
import { openWebSocket, portLink } from './channels.ts';
import { pageSecrets } from './secrets.ts';
import { connect, type ConnectionState } from './connection.ts';

const info = { version: '1.0.0', releases: null, door: 'browser', nativeDialogs: false, projectsFolder: '/p', project: null };

describe('connection', () => {
  it('answers a call with the value of the lab', async () => {
    const { link } = fakeLabLink((name) => ({ ok: true, value: name === 'lab.info' ? info : null }));
    const client = connect(async () => link);
    await expect(client.call('lab.info', {})).resolves.toEqual(info);
  });

  it('throws an error envelope as an error with its code and details', async () => {
    const error = { code: 'bad-input', message: 'field "name": too long', details: { field: 'name' } } as const;
    const { link } = fakeLabLink(() => ({ ok: false, error }));
    const client = connect(async () => link);
    await expect(client.call('plans.open', { name: 'x' })).rejects.toMatchObject({
      name: 'CallError',
      code: 'bad-input',
      message: error.message,
      details: { field: 'name' },
    });
  });

  it('withdraws a call whose answer is not wanted any more: the caller knows at once, and the lab hears it', async () => {
    const { link, cancelled } = fakeLabLink(() => new Promise(() => {}));
    const client = connect(async () => link);
    const controller = new AbortController();
    const other = client.call('lab.info', {});
    const waiting = client.call('tasks.list', {}, { signal: controller.signal });
    const told = expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve));
    controller.abort();
    await told;
    await vi.waitFor(() => expect(cancelled).toEqual([1])); // the second call, and no other
    await expect(client.call('tasks.list', {}, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(Promise.race([other, Promise.resolve('waits')])).resolves.toBe('waits');
  });

  it('passes events to every listener until it stops listening', async () => {
    const { link, emit } = fakeLabLink(() => ({ ok: true, value: info }));
    const client = connect(async () => link);
    const [heard, other] = [vi.fn(), vi.fn()];
    const stop = client.onEvent(heard);
    client.onEvent(other);
    await client.call('lab.info', {});
    emit({ type: 'dataset' });
    await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(1));
    stop();
    emit({ type: 'dataset' });
    await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(2));
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('rejects what waits when the link is lost, then connects again', async () => {
    const first = fakeLabLink(() => new Promise(() => {}));
    const second = fakeLabLink(() => ({ ok: true, value: info }));
    const links = [first.link, second.link];
    const states: ConnectionState[] = [];
    let goOn = () => {};
    const client = connect(
      async () => links.shift()!,
      () => new Promise((resolve) => (goOn = resolve)),
    );
    client.onState((state) => states.push(state));
    const waiting = client.call('lab.info', {});
    await vi.waitFor(() => expect(states).toContain('open'));
    first.close();
    await expect(waiting).rejects.toMatchObject({ code: 'disconnected' });
    await expect(client.call('lab.info', {})).rejects.toMatchObject({ code: 'disconnected' });
    goOn();
    await vi.waitFor(() => expect(states.at(-1)).toBe('open'));
    await expect(client.call('lab.info', {})).resolves.toEqual(info);
    expect(states).toEqual(['connecting', 'open', 'lost', 'open']);
  });

  it('waits longer after every failure, and not at all when told to retry', async () => {
    const waits: number[] = [];
    const { link } = fakeLabLink(() => ({ ok: true, value: info }));
    let attempts = 0;
    const client = connect(
      async () => {
        if (++attempts < 4) throw new Error('no');
        return link;
      },
      (ms) => {
        waits.push(ms);
        return waits.length < 3 ? Promise.resolve() : new Promise(() => {});
      },
    );
    await vi.waitFor(() => expect(waits).toEqual([500, 1000, 2000]));
    client.retry();
    const states: ConnectionState[] = [];
    client.onState((state) => states.push(state));
    await vi.waitFor(() => expect(states.at(-1)).toBe('open'));
  });
});

describe('channels', () => {
  it('a WebSocket speaks JSON texts and says when it closed', async () => {
    const socket = Object.assign(new EventTarget(), { send: vi.fn() });
    const secrets = { takeToken: () => 'T', readKey: () => null, keepKey: vi.fn() };
    const opening = openWebSocket('ws://lab/lab', secrets, () => socket as unknown as WebSocket)();
    socket.dispatchEvent(new Event('open'));
    expect(socket.send).toHaveBeenLastCalledWith('{"token":"T"}'); // first of all it says who it is
    socket.dispatchEvent(new MessageEvent('message', { data: '{"key":"K"}' }));
    const { channel, closed } = await opening;
    expect(secrets.keepKey).toHaveBeenCalledWith('K');
    const heard = vi.fn();
    channel.on(heard);
    channel.post({ a: 1 });
    expect(socket.send).toHaveBeenCalledWith('{"a":1}');
    socket.dispatchEvent(new MessageEvent('message', { data: '{"b":2}' }));
    expect(heard).toHaveBeenCalledWith({ b: 2 });
    socket.dispatchEvent(new Event('close'));
    await closed;
  });

  it('a WebSocket that the lab closes because it does not know the page says so, and the page tells', async () => {
    const socket = Object.assign(new EventTarget(), { send: () => {} });
    const opening = openWebSocket('ws://lab/lab', pageSecrets(window), () => socket as unknown as WebSocket);
    const states: ConnectionState[] = [];
    connect(opening, () => new Promise(() => {})).onState((state) => states.push(state));
    socket.dispatchEvent(new Event('open'));
    socket.dispatchEvent(Object.assign(new Event('close'), { code: 4403 }));
    await vi.waitFor(() => expect(states.at(-1)).toBe('refused'));
  });

  it('a WebSocket that cannot be opened rejects', async () => {
    const socket = new EventTarget();
    const opening = openWebSocket('ws://lab/lab', pageSecrets(window), () => socket as WebSocket)();
    socket.dispatchEvent(new Event('error'));
    await expect(opening).rejects.toThrow('does not answer');
  });

  it('a port gets plain copies: it cannot clone the proxies of a reactive plan', () => {
    const port = Object.assign(new EventTarget(), { postMessage: vi.fn(), start: vi.fn() });
    const { channel } = portLink(port as unknown as MessagePort);
    const proxy = new Proxy({ epochs: 3 }, {});
    channel.post(proxy);
    expect(() => structuredClone(port.postMessage.mock.calls[0][0])).not.toThrow();
    channel.on(() => {});
    expect(port.start).toHaveBeenCalled();
  });
});
