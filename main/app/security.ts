import type { Session, WebContents } from 'electron';
import { contentSecurityPolicy } from '../../shared/contract/security.ts';
import { isPage } from './page-protocol.ts';

export type SecuredSession = Pick<
  Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
> & { readonly webRequest: Pick<Session['webRequest'], 'onHeadersReceived' | 'onBeforeRequest'> };

const FOREIGN = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file://*/*'];

/** What the page may do beyond what every page may: put text on the clipboard, since its tables and citations can be copied. */
const ALLOWED = 'clipboard-sanitized-write';

/** The page gets no other permission and no network; its content security policy comes with every answer. */
export function secureSession(session: SecuredSession): void {
  const isAllowed = (permission: string, url: string) => permission === ALLOWED && isPage(url);
  session.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) =>
    decide(isAllowed(permission, requestingUrl ?? '')),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin));
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
