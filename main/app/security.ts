import type { Session, WebContents } from 'electron';
import { contentSecurityPolicy } from '../../shared/contract/security.ts';
import { isPage } from './page-protocol.ts';

export type SecuredSession = Pick<
  Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
> & { readonly webRequest: Pick<Session['webRequest'], 'onHeadersReceived' | 'onBeforeRequest'> };

const FOREIGN = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file://*/*'];

/** The page gets no permission and no network; its content security policy comes with every answer. */
export function secureSession(session: SecuredSession): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest({ urls: FOREIGN }, (_details, done) => done({ cancel: true }));
  session.webRequest.onHeadersReceived(({ responseHeaders }, done) =>
    done({ responseHeaders: { ...responseHeaders, 'Content-Security-Policy': [contentSecurityPolicy] } }),
  );
}

/**
 * Keeps a page where it is: no other window, no other address, no webview. A link to a paper opens in the user's browser.
 * @param openExternal shell.openExternal; only ever called with an https address
 */
export function secureContents(
  contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>,
  openExternal: (url: string) => void,
): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (URL.canParse(url) && new URL(url).protocol === 'https:') openExternal(url);
    return { action: 'deny' };
  });
  const stay = (event: { readonly url: string; preventDefault(): void }) => {
    if (!isPage(event.url)) event.preventDefault(); // the page itself may be loaded again
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
