import type { Channel } from '../../shared/contract/wire.ts';

/** The parts of Electron's MessagePortMain that a channel needs. */
export interface PortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  start?(): void;
}

/** A MessagePort as a channel. */
export function portChannel(port: PortLike): Channel {
  return {
    post: (message) => port.postMessage(message),
    on: (listener) => {
      port.on('message', (event) => listener(event.data));
      port.start?.();
    },
  };
}
