import type { MessageChannelMain, WebContents, WebFrameMain } from 'electron';
import { portChannel } from '../ipc/message-port.ts';
import { serveChannel } from '../ipc/serve-channel.ts';
import type { Lab } from '../lab/lab.ts';
import { isPage } from './page-protocol.ts';

interface ConnectedContents extends Pick<WebContents, 'on' | 'postMessage' | 'isDestroyed'> {
  readonly mainFrame: Pick<WebFrameMain, 'url' | 'origin'>;
}

/**
 * Hands the page a port to the lab whenever it has loaded, and ends the port when the page is loaded again or goes. A page that
 * is not ours gets none.
 */
export function connectPage(
  contents: ConnectedContents,
  lab: Pick<Lab, 'services' | 'on'>,
  createChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>,
): void {
  let disconnect = () => {};
  contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) disconnect();
  });
  contents.on('render-process-gone', () => disconnect());
  contents.on('destroyed', () => disconnect());
  contents.on('did-finish-load', () => {
    disconnect();
    if (contents.isDestroyed() || !isPage(contents.mainFrame.url) || !isPage(contents.mainFrame.origin)) return;
    const { port1, port2 } = createChannel();
    const stop = serveChannel(lab, portChannel(port1));
    disconnect = () => {
      disconnect = () => {};
      stop();
      port1.close();
    };
    port1.once('close', () => disconnect());
    contents.postMessage('magnilab-port', null, [port2]);
  });
}
