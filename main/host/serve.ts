import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { type WebSocket, WebSocketServer } from 'ws';
import { PICTURES } from '../../shared/contract/pictures.ts';
import { contentSecurityPolicy } from '../../shared/contract/security.ts';
import { REFUSED } from '../../shared/contract/wire.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { serveChannel } from '../ipc/serve-channel.ts';
import { parseMessage, websocketChannel } from '../ipc/websocket.ts';
import type { Lab } from '../lab/lab.ts';
import { type PictureAnswer, pictureHeaders } from '../lab/pictures.ts';
import { Access } from './access.ts';

export interface Served {
  /** address with a one-time token */
  readonly url: string;
  readonly port: number;
  /** another address, for another browser */
  newUrl(): string;
  close(): Promise<void>;
}

/** The largest message of our own page is a plan of some kilobytes. */
const MAX_MESSAGE_BYTES = 256 * 1024;
/** Pages that may be connected at once: every one is told every event. */
const MAX_PAGES = 16;
/** A page says at once who it is, ms. */
const GREETING_MS = 10_000;

/** Folder of the built page. */
export function pageFolder(): string {
  const up = import.meta.url.endsWith('.ts') ? '../../out/renderer' : '../renderer';
  return fileURLToPath(new URL(up, import.meta.url));
}

/**
 * Serves the page and the lab on loopback only.
 * @param port 0 for any free one
 * @throws LabError "not-found" without a built page, "already-exists" when the port is taken
 */
export async function serveLab(lab: Lab, port = 0, folder = pageFolder()): Promise<Served> {
  if (!existsSync(folder))
    throw new LabError('not-found', `The page is not built: ${folder} is missing. Run "npm run build:page".`);
  const files = sirv(folder, { dev: false, etag: true, gzip: true });
  let access: Access | null = null; // known once the port is
  const server = createServer((request, response) => handle(request, response));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  function handle(request: IncomingMessage, response: ServerResponse): void {
    secure(response);
    if (!access?.hostIsOurs(request)) return refuse(response, 403, 'This address is not the lab.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET is answered.');
    const path = request.url ?? '/';
    if (!URL.canParse(path, 'http://lab')) return refuse(response, 400, 'This is no address.');
    if (path.startsWith(`/${PICTURES}`)) return void givePicture(request, response, path.slice(1));
    files(request, response, () => refuse(response, 404, 'There is no such page.'));
  }

  /** The address shows that it is given to a page that was let in: no token and no key are asked for. */
  async function givePicture(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (!access?.embedderIsOurs(request)) return refuse(response, 403, 'This page is not the lab.');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer = await lab.picture(path, gone.signal).catch((): PictureAnswer => ({ status: 404 }));
    for (const [name, value] of Object.entries(pictureHeaders(answer))) response.setHeader(name, value);
    if (answer.status !== 200) return refuse(response, answer.status, 'There is no such picture.');
    response.setHeader('Content-Length', answer.bytes.byteLength);
    response.end(request.method === 'HEAD' ? undefined : answer.bytes);
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy()); // Node listens no more once it has handed the socket over
    const allowed = access?.hostIsOurs(request) && access.originIsOurs(request) && request.url === '/lab';
    if (!allowed || sockets.clients.size >= MAX_PAGES) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate());
      greet(client);
    });
  });

  /** Nothing of the lab is offered before the page has said a secret. */
  function greet(client: WebSocket): void {
    const timer = setTimeout(() => client.close(REFUSED, 'too late'), GREETING_MS);
    client.once('close', () => clearTimeout(timer));
    client.once('message', (data) => {
      clearTimeout(timer);
      const key = access!.admit(parseMessage(String(data)));
      if (key === null) return client.close(REFUSED, 'unknown');
      client.send(JSON.stringify({ key }));
      client.on('close', serveChannel(lab, websocketChannel(client)));
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new LabError('already-exists', `Port ${port} is taken. Choose another with --port.`, { field: 'port' })
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const ours = (access = new Access(bound));
  const newUrl = () => `http://127.0.0.1:${bound}/?token=${ours.newToken()}`;
  return {
    url: newUrl(),
    port: bound,
    newUrl,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function secure(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-cache');
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
