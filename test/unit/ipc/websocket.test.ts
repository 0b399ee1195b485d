import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { describe, expect, it, vi } from 'vitest';
import { websocketChannel } from '../../../main/ipc/websocket.ts';

class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  send = vi.fn();
  close = vi.fn();
}

function open() {
  const socket = new FakeSocket();
  const heard: unknown[] = [];
  const channel = websocketChannel(socket as unknown as WebSocket);
  channel.on((message) => heard.push(message));
  return { socket, channel, heard };
}

describe('a WebSocket as a channel', () => {
  it('speaks one JSON text per message', () => {
    const { socket, channel, heard } = open();
    channel.post({ a: 1 });
    expect(socket.send).toHaveBeenCalledWith('{"a":1}');
    socket.emit('message', Buffer.from('{"b":2}'), false);
    expect(heard).toEqual([{ b: 2 }]);
  });

  it('closes on what is not JSON text', () => {
    const { socket, heard } = open();
    socket.emit('message', Buffer.from('{'), false);
    expect(socket.close).toHaveBeenLastCalledWith(1007, expect.any(String));
    socket.emit('message', Buffer.from([1, 2]), true);
    expect(socket.close).toHaveBeenLastCalledWith(1003, expect.any(String));
    expect(heard).toEqual([]);
  });

  it('sends nothing once it is closed', () => {
    const { socket, channel } = open();
    socket.readyState = 3;
    channel.post({});
    expect(socket.send).not.toHaveBeenCalled();
  });
});
