import type { CallInput, CallName, CallOutput } from '../../shared/contract/api.ts';
import { openWebSocket, portLink, type OpenLink } from './channels.ts';
import { type CallOptions, type Client, connect } from './connection.ts';
import { pageSecrets } from './secrets.ts';

export type { Client, ConnectionState } from './connection.ts';
export { asCallError, CallError } from './errors.ts';
export { sendFile } from './send-file.ts';

let client: Client | null = null;

/** The page's one connection, opened at first use. */
export function labClient(): Client {
  return (client ??= connect(chooseTransport(window)));
}

/** For tests: talks to this client instead. */
export function useClient(other: Client): void {
  client = other;
}

/** One call of the contract; a signal that is aborted withdraws it. @throws CallError */
export function call<N extends CallName>(name: N, input: CallInput<N>, options?: CallOptions): Promise<CallOutput<N>> {
  return labClient().call(name, input, options);
}

interface DesktopWindow extends Window {
  /** set by the preload script, which then posts a MessagePort to the page */
  magnilabDesktop?: boolean;
  /** of a file that the user gave the page; "" for one that is not on the disk */
  magnilabPathOf?: (file: File) => string;
}

/** The path of a file that the user gave the page: the desktop knows it, a browser does not. */
export function pathOf(file: File): string | null {
  return (window as DesktopWindow).magnilabPathOf?.(file) || null;
}

/** The desktop hands the page a port; a browser opens a WebSocket to where the page came from. */
function chooseTransport(page: DesktopWindow): OpenLink {
  if (page.magnilabDesktop === true) return portFromPreload(page);
  return openWebSocket(`ws://${page.location.host}/lab`, pageSecrets(page));
}

function portFromPreload(page: DesktopWindow): OpenLink {
  const port = new Promise<MessagePort>((resolve) => {
    page.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.source === page && event.data === 'magnilab-port' && event.ports.length === 1) resolve(event.ports[0]);
    });
  });
  let used = false;
  return async () => {
    if (used) throw new Error('The window has one port; reload it for another.');
    const link = portLink(await port);
    used = true;
    return link;
  };
}
