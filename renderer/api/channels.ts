import { type Channel, REFUSED } from '../../shared/contract/wire.ts';

/** A channel that can end: `closed` resolves when the other side has gone. */
export interface Link {
  readonly channel: Channel;
  readonly closed: Promise<void>;
}

/** Opens a channel to the lab. @throws when it cannot be opened now; the connection then tries again */
export type OpenLink = () => Promise<Link>;

/** The lab does not know this page: it needs an address with a new token. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** What a page shows the served lab: the token of its address, once, or the key that it was given for it. */
export interface Secrets {
  /** of the address; null when it has none or it was used */
  takeToken(): string | null;
  readKey(): string | null;
  keepKey(key: string): void;
}

/** One JSON text per message, as main/ipc/websocket.ts speaks it; the first says who we are, the answer is the key for the next time. */
export function openWebSocket(
  url: string,
  secrets: Secrets,
  create: (url: string) => WebSocket = (u) => new WebSocket(u),
): OpenLink {
  return () =>
    new Promise((resolve, reject) => {
      const socket = create(url);
      const closed = new Promise<void>((end) => socket.addEventListener('close', () => end()));
      socket.addEventListener('error', () => reject(new Error('The lab does not answer.')));
      socket.addEventListener('close', ({ code }) =>
        reject(
          code === REFUSED ? new RefusedError('The lab does not know this page.') : new Error('The lab closed the connection.'),
        ),
      );
      socket.addEventListener('open', () => {
        const token = secrets.takeToken();
        socket.send(JSON.stringify(token === null ? { key: secrets.readKey() } : { token }));
      });
      const welcome = ({ data }: MessageEvent<string>) => {
        secrets.keepKey((JSON.parse(data) as { key: string }).key);
        resolve({ channel: socketChannel(socket), closed });
      };
      socket.addEventListener('message', welcome, { once: true });
    });
}

function socketChannel(socket: WebSocket): Channel {
  return {
    post: (message) => socket.send(JSON.stringify(message)),
    on: (listener) => socket.addEventListener('message', (event: MessageEvent<string>) => listener(JSON.parse(event.data))),
  };
}

/** A MessagePort to the lab in the same app; it lives as long as the window. */
export function portLink(port: MessagePort): Link {
  const channel: Channel = {
    // a port cannot clone the proxies that Vue hands out
    post: (message) => port.postMessage(JSON.parse(JSON.stringify(message))),
    on: (listener) => {
      port.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data));
      port.start();
    },
  };
  return { channel, closed: new Promise<void>((end) => port.addEventListener('close', () => end())) };
}
