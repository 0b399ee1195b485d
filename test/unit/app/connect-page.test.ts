import { EventEmitter } from 'node:events';
import type { MessageChannelMain, WebContents } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { connectPage } from '../../../main/app/connect-page.ts';
import type { LabEvent } from '../../../shared/contract/events.ts';
import type { LabServices } from '../../../shared/contract/api.ts';

class FakePort extends EventEmitter {
  readonly postMessage = vi.fn();
  readonly start = vi.fn();
  readonly close = vi.fn();
}

class FakeContents extends EventEmitter {
  mainFrame = { url: 'app://lab/#/plan', origin: 'app://lab' };
  destroyed = false;
  isDestroyed = () => this.destroyed;
  readonly postMessage = vi.fn();
}

function connected() {
  const contents = new FakeContents();
  const channels: { port1: FakePort; port2: FakePort }[] = [];
  const listeners = new Set<(event: LabEvent) => void>();
  const lab = {
    services: { 'tasks.list': async () => [] } as unknown as LabServices,
    on(listener: (event: LabEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  connectPage(contents as unknown as WebContents, lab, () => {
    const channel = { port1: new FakePort(), port2: new FakePort() };
    channels.push(channel);
    return channel as unknown as MessageChannelMain;
  });
  return { contents, channels, listeners };
}

describe('the port to the page', () => {
  it('is handed over when the page has loaded, and answers calls', async () => {
    const { contents, channels } = connected();
    contents.emit('did-finish-load');
    const [{ port1, port2 }] = channels;
    expect(contents.postMessage).toHaveBeenCalledExactlyOnceWith('magnilab-port', null, [port2]);
    expect(port1.start).toHaveBeenCalled();
    port1.emit('message', { data: { t: 'q', m: 'call', a: [1, 'tasks.list', {}], i: '1' }, ports: [] });
    await vi.waitFor(() => expect(port1.postMessage).toHaveBeenCalledWith({ t: 's', i: '1', r: { ok: true, value: [] } }));
  });

  it.each([
    [{ url: 'https://evil.example/', origin: 'https://evil.example' }],
    [{ url: 'app://lab/', origin: 'null' }],
    [{ url: 'app://lab/', origin: 'https://evil.example' }],
    [{ url: 'about:blank', origin: 'app://lab' }],
    [{ url: 'app://lab.evil.example/', origin: 'app://lab.evil.example' }],
    [{ url: 'chrome-error://chromewebdata/', origin: 'null' }],
  ])('is refused to a foreign frame: %j', (frame) => {
    const { contents, channels } = connected();
    contents.mainFrame = frame;
    contents.emit('did-finish-load');
    expect(channels).toEqual([]);
    expect(contents.postMessage).not.toHaveBeenCalled();
  });

  it('is replaced when the page is loaded again', () => {
    const { contents, channels, listeners } = connected();
    contents.emit('did-finish-load');
    contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true }); // another screen
    contents.emit('did-start-navigation', { isMainFrame: false, isSameDocument: false }); // the report's frame
    expect(channels[0].port1.close).not.toHaveBeenCalled();
    contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    expect(channels[0].port1.close).toHaveBeenCalledOnce();
    expect(listeners.size).toBe(0);
    contents.emit('did-finish-load');
    expect(channels).toHaveLength(2);
    expect(listeners.size).toBe(1);
  });

  it.each(['destroyed', 'render-process-gone'])('ends when the page goes: %s', (event) => {
    const { contents, channels, listeners } = connected();
    contents.emit('did-finish-load');
    contents.emit(event);
    contents.emit(event);
    expect(channels[0].port1.close).toHaveBeenCalledOnce();
    expect(listeners.size).toBe(0);
  });

  it('ends when its other end is closed', () => {
    const { contents, channels, listeners } = connected();
    contents.emit('did-finish-load');
    channels[0].port1.emit('close');
    expect(listeners.size).toBe(0);
  });
});
