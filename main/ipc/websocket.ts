import type { WebSocket } from 'ws';
import type { Channel } from '../../shared/contract/wire.ts';

/** Deeper messages are not parsed: the contract's deepest is a plan's, which is not half as deep. */
const MAX_DEPTH = 32;

/** A WebSocket as a channel: one JSON text per message. What is not JSON, or nests too deep, closes the connection. */
export function websocketChannel(socket: WebSocket): Channel {
  return {
    post: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    },
    on: (listener) =>
      socket.on('message', (data, binary) => {
        if (binary) return socket.close(1003, 'text expected');
        const message = parseMessage(String(data));
        if (message === undefined) socket.close(1007, 'JSON expected');
        else listener(message);
      }),
  };
}

/** @returns undefined for what is no JSON text of bounded depth */
export function parseMessage(text: string): unknown {
  try {
    return isShallow(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Counts brackets outside strings before anything is built from them: a few kilobytes can nest a thousand deep. */
function isShallow(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '[' || c === '{') {
      if (++depth > MAX_DEPTH) return false;
    } else if (c === ']' || c === '}') depth--;
  }
  return true;
}
