import { EventEmitter } from 'node:events';
import type { WebContents, WindowOpenHandlerResponse } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { secureContents, secureSession, type SecuredSession } from '../../../main/app/security.ts';
import { windowOptions } from '../../../main/app/window.ts';
import { contentSecurityPolicy } from '../../../shared/contract/security.ts';

type Handler = (...args: never[]) => unknown;

function fakeSession() {
  const handlers: Record<string, Handler> = {};
  const keep = (name: string) => (handler: unknown) => void (handlers[name] = handler as Handler);
  let blocked: string[] = [];
  const session = {
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    webRequest: {
      onBeforeRequest(filter: { urls: string[] }, handler: Handler) {
        blocked = filter.urls;
        handlers.before = handler;
      },
      onHeadersReceived: keep('headers'),
    },
  };
  secureSession(session as unknown as SecuredSession);
  return { call: (name: string, ...args: unknown[]) => handlers[name](...(args as never[])), blocked };
}

class FakeContents extends EventEmitter {
  open!: (details: { url: string }) => WindowOpenHandlerResponse;
  setWindowOpenHandler(handler: never) {
    this.open = handler;
  }
}

function secured() {
  const contents = new FakeContents();
  const openExternal = vi.fn();
  secureContents(contents as unknown as WebContents, openExternal);
  const refuses = (name: string, url: string) => {
    const event = { url, preventDefault: vi.fn() };
    contents.emit(name, event);
    return event.preventDefault.mock.calls.length > 0;
  };
  return { contents, openExternal, refuses };
}

describe('the session of the page', () => {
  it.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'fileSystem', 'openExternal'])(
    'denies %s',
    (permission) => {
      const { call } = fakeSession();
      const decide = vi.fn();
      call('request', {}, permission, decide, { requestingUrl: 'app://lab/' });
      expect(decide).toHaveBeenCalledExactlyOnceWith(false);
      expect(call('check', {}, permission, 'app://lab')).toBe(false);
      expect(call('device', {})).toBe(false);
    },
  );

  it.each([
    ['app://lab/', true],
    ['app://lab/index.html#/results', true],
    ['https://example.org/', false],
    ['app://other/', false],
  ])('lets %s put text on the clipboard: %s', (url, allowed) => {
    const { call } = fakeSession();
    const decide = vi.fn();
    call('request', {}, 'clipboard-sanitized-write', decide, { requestingUrl: url });
    expect(decide).toHaveBeenCalledExactlyOnceWith(allowed);
    expect(call('check', {}, 'clipboard-sanitized-write', new URL(url).protocol + '//' + new URL(url).host)).toBe(allowed);
  });

  it('has no network', () => {
    const { call, blocked } = fakeSession();
    expect(blocked).toEqual(expect.arrayContaining(['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file://*/*']));
    const done = vi.fn();
    call('before', {}, done);
    expect(done).toHaveBeenCalledWith({ cancel: true });
  });

  it('adds the content security policy to every answer', () => {
    const done = vi.fn();
    fakeSession().call('headers', { responseHeaders: { 'Content-Type': ['text/html'] } }, done);
    expect(done).toHaveBeenCalledWith({
      responseHeaders: { 'Content-Type': ['text/html'], 'Content-Security-Policy': [contentSecurityPolicy] },
    });
  });
});

describe('a page', () => {
  it.each([
    ['https://arxiv.org/abs/2302.11488', true],
    ['http://arxiv.org', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['app://lab/', false],
    ['smb://host/share', false],
    ['nonsense', false],
  ])('opens no window for %s; in the browser: %s', (url, external) => {
    const { contents, openExternal } = secured();
    expect(contents.open({ url })).toEqual({ action: 'deny' });
    expect(openExternal.mock.calls).toEqual(external ? [[url]] : []);
  });

  it.each(['https://evil.example/', 'file:///etc/passwd', 'about:blank', 'app://other/', 'data:text/html,x'])(
    'does not go to %s',
    (url) => {
      const { refuses } = secured();
      expect(refuses('will-navigate', url)).toBe(true);
      expect(refuses('will-redirect', url)).toBe(true);
    },
  );

  it('may be loaded again', () => {
    expect(secured().refuses('will-navigate', 'app://lab/')).toBe(false);
  });

  it('has no webview', () => {
    expect(secured().refuses('will-attach-webview', 'app://lab/')).toBe(true);
  });

  it('lives in a sandbox without Node', () => {
    expect(windowOptions(true, '/preload.cjs').webPreferences).toEqual({
      preload: '/preload.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    });
  });
});
