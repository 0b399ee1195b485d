import type { WebSocket } from 'ws';
import type { Channel } from '../../shared/contract/wire.ts';

/** A WebSocket as a channel: one JSON text per message. What is not JSON closes the connection. */
export function websocketChannel(socket: WebSocket): Channel {
  return {
    post: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    },
    on: (listener) =>
      socket.on('message', (data, binary) => {
        if (binary) return socket.close(1003, 'text expected');
        try {
          listener(JSON.parse(String(data)));
        } catch {
          socket.close(1007, 'JSON expected');
        }
      }),
  };
}
