import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { serveLab } from '../../main/host/serve.ts';
import type { Campaign } from './campaign.ts';
import { inFolder, labHere } from './world.ts';

interface Target {
  readonly port: number;
  readonly token: string;
}
type Attack = readonly [name: string, attempt: (target: Target) => Promise<string | null>];

/** Attacks on the served door: strangers, foreign pages, other ports, paths, messages. */
export const door: Campaign = {
  name: 'attacks on the served door',
  unit: 'attacks',
  short: Number.MAX_SAFE_INTEGER,
  full: Number.MAX_SAFE_INTEGER,
  run: (count) =>
    inFolder(async (folder) => {
      const lab = labHere(join(folder, 'state'));
      const served = await serveLab(lab, 0);
      const findings: string[] = [];
      const attacks = ATTACKS.slice(0, count);
      try {
        for (const [name, attempt] of attacks) {
          const newToken = () => new URL(served.newUrl()).searchParams.get('token')!;
          const target = { port: served.port, token: newToken() };
          const found = await attempt(target).catch((error: unknown) => `it could not be tried: ${String(error)}`);
          if (found !== null) findings.push(`${name}: ${found}`);
          const alive = await callWith(target, { token: newToken() }); // an attack must not lock the user out
          if (alive !== 'answered') findings.push(`${name}: afterwards the lab does not answer its own page (${alive})`);
        }
      } finally {
        await served.close();
        await lab.close();
      }
      return { count: attacks.length, findings };
    }),
};

const strangers = ['evil.example', 'evil.example:80', '127.0.0.1', '[::1]:1', 'localhost', '127.0.0.1.nip.io'];
const origins = [
  'http://evil.example',
  'null',
  '',
  'http://127.0.0.1',
  'http://127.0.0.1:1',
  'https://127.0.0.1:PORT',
  'file://',
  'http://localhost:1',
  'http://PORT',
];
const paths = [
  '/../package.json',
  '/..%2fpackage.json',
  '/%2e%2e/package.json',
  '/..%5cpackage.json',
  '/....//package.json',
  '//etc/passwd',
  '/%00',
  '/%',
  '/index.html%00.js',
  '/\\..\\package.json',
  '/./../../package.json',
  '/lab',
  '/lab/../../package.json',
  '/picture/../package.json',
  '/picture/%2e%2e/%2e%2e/package.json',
];
const methods = ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'];
const greetings: readonly [string, unknown][] = [
  ['nothing known', {}],
  ['a wrong token', { token: 'A'.repeat(32) }],
  ['an empty token', { token: '' }],
  ['a token that is an object', { token: {} }],
  ['a key that is true', { key: true }],
  ['an empty key', { key: '' }],
  ['a prototype', { __proto__: { key: 'x' }, token: null }],
  ['null', null],
  ['a list', []],
  ['a call', { t: 'q', m: 'call', a: [1, 'projects.recent', {}], i: '1' }],
];
const messages: readonly [string, string][] = [
  ['what nests 100,000 deep', '['.repeat(100_000)],
  ['objects that nest 50,000 deep', '{"a":'.repeat(50_000)],
  ['what is no JSON', '{'],
  [
    'a long list of faults',
    JSON.stringify({ t: 'q', m: 'call', i: '1', a: [1, 'plans.check', { plan: { models: Array(60_000).fill(1) } }] }),
  ],
  ['a call that does not exist', JSON.stringify({ t: 'q', m: 'call', i: '1', a: [1, 'constructor', {}] })],
  ['a method of objects', JSON.stringify({ t: 'q', m: '__proto__', i: '1', a: [] })],
  ['an answer', JSON.stringify({ t: 's', i: '1', r: {} })],
  ['another method', JSON.stringify({ t: 'q', m: 'hasOwnProperty', i: '1', a: ['call'] })],
];

const ATTACKS: readonly Attack[] = [
  ...strangers.map((host): Attack => [
    `Host "${host}"`,
    async ({ port }) => expectStatus(await get(port, '/', { host }), (s) => s >= 400),
  ]),
  ...methods.map((method): Attack => [
    method,
    async ({ port }) => expectStatus(await get(port, '/', {}, method), (s) => s >= 400),
  ]),
  ...paths.map((path): Attack => [
    `path ${path}`,
    async ({ port }) => {
      const { status, body } = await get(port, path);
      return status < 400 && /"dependencies"|root:/.test(body)
        ? `it gives a file (${status})`
        : status >= 500
          ? `status ${status}`
          : null;
    },
  ]),
  ...origins.map((origin): Attack => [
    `WebSocket of origin "${origin}"`,
    async ({ port }) => ((await opens(port, { origin: origin.replace('PORT', String(port)) })) ? 'it is let in' : null),
  ]),
  ...strangers.map((host): Attack => [
    `WebSocket to host "${host}"`,
    async ({ port }) => ((await opens(port, { host, origin: `http://127.0.0.1:${port}` })) ? 'it is let in' : null),
  ]),
  ...greetings.map(([name, greeting]): Attack => [
    `greeting: ${name}`,
    async (target) => ((await callWith(target, greeting)) === 'answered' ? 'it is let in' : null),
  ]),
  ...messages.map(([name, message]): Attack => [
    `message: ${name}`,
    async (target) => {
      const socket = await greeted(target);
      const started = performance.now();
      socket.send(message);
      await new Promise<void>((resolve) => {
        socket.once('message', () => resolve());
        socket.once('close', () => resolve());
        setTimeout(resolve, 500);
      });
      socket.terminate();
      const took = performance.now() - started;
      return took > 2000 ? `the lab was busy with it for ${took.toFixed(0)} ms` : null;
    },
  ]),
  [
    'a used token',
    async (target) => {
      (await greeted(target)).terminate();
      return (await callWith(target, { token: target.token })) === 'answered' ? 'it opens a second browser' : null;
    },
  ],
  [
    'a page of another port that the browser visits too',
    async (target) => {
      // whatever a browser would send along to another port of this machine is sent: cookies are all that it has
      const { headers } = await get(target.port, `/?token=${target.token}`);
      if (headers['set-cookie'])
        return `a cookie is set, which every port of this machine gets: ${String(headers['set-cookie'])}`;
      const thief = createServer((_request, response) => response.end('<!doctype html>'));
      await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
      const { port } = thief.address() as { port: number };
      const inside = await opens(target.port, { origin: `http://127.0.0.1:${port}` });
      thief.close();
      return inside ? 'its WebSocket is let in' : null;
    },
  ],
  [
    'silent connections that fill every place',
    async ({ port }) => {
      const sockets = await Promise.all(Array.from({ length: 15 }, () => open(port).catch(() => null)));
      for (const socket of sockets) socket?.terminate();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return null;
    },
  ],
  [
    'connections that are reset',
    async ({ port }) => {
      for (let i = 0; i < 50; i++) {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
        socket.write(`GET /lab HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`);
        socket.resetAndDestroy();
      }
      return null;
    },
  ],
  [
    'a message larger than any of the page',
    async (target) => {
      const socket = await greeted(target);
      const code = new Promise<number>((resolve) => socket.once('close', resolve));
      socket.send(`"${'x'.repeat(1_000_000)}"`);
      return (await code) === 1009 ? null : `closed with ${await code}`;
    },
  ],
];

function expectStatus({ status }: { status: number }, holds: (status: number) => boolean): string | null {
  return holds(status) ? null : `status ${status}`;
}

function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: path.replaceAll(' ', '%20'), method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode!, body, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

function open(port: number, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/lab`, { headers: { origin: `http://127.0.0.1:${port}`, ...headers } });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

async function opens(port: number, headers: Record<string, string>): Promise<boolean> {
  const socket = await open(port, headers).catch(() => null);
  socket?.terminate();
  return socket !== null;
}

async function greeted({ port, token }: Target): Promise<WebSocket> {
  const socket = await open(port);
  socket.send(JSON.stringify({ token }));
  await new Promise((resolve) => socket.once('message', resolve));
  return socket;
}

/** A page that greets and asks. */
async function callWith({ port }: Target, greeting: unknown): Promise<'answered' | number> {
  const socket = await open(port);
  const outcome = new Promise<'answered' | number>((resolve) => {
    socket.on('message', (data) => String(data).includes('"r":') && resolve('answered'));
    socket.on('close', resolve);
  });
  socket.send(JSON.stringify(greeting));
  socket.send(JSON.stringify({ t: 'q', m: 'call', a: [1, 'tasks.list', {}], i: '7' }));
  const result = await outcome;
  socket.terminate();
  return result;
}
