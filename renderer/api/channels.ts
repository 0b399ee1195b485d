import type { Channel } from '../../shared/contract/wire.ts';

/** A channel that can end: `closed` resolves when the other side has gone. */
export interface Link {
  readonly channel: Channel;
  readonly closed: Promise<void>;
}

/** Opens a channel to the lab. @throws when it cannot be opened now; the connection then tries again */
export type OpenLink = () => Promise<Link>;

/** One JSON text per message, as main/ipc/websocket.ts speaks it. */
export function openWebSocket(url: string, create: (url: string) => WebSocket = (u) => new WebSocket(u)): OpenLink {
  return () =>
    new Promise((resolve, reject) => {
      const socket = create(url);
      const closed = new Promise<void>((end) => socket.addEventListener('close', () => end()));
      socket.addEventListener('error', () => reject(new Error('The lab does not answer.')));
      socket.addEventListener('close', () => reject(new Error('The lab closed the connection.')));
      socket.addEventListener('open', () => resolve({ channel: socketChannel(socket), closed }));
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
