import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { request, type IncomingHttpHeaders } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serveLab, type Served } from '../../../main/host/serve.ts';
import type { Lab } from '../../../main/lab/lab.ts';
import { contentSecurityPolicy } from '../../../shared/contract/security.ts';

const lab = {
  services: { 'tasks.list': async () => [] },
  on: () => () => {},
} as unknown as Lab;

let root: string;
let served: Served;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'magnilab-host-'));
  await mkdir(join(root, 'page'));
  await writeFile(join(root, 'page', 'index.html'), '<title>Magnilab</title>');
  await writeFile(join(root, 'secret.txt'), 'secret');
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  served = await serveLab(lab, 0, join(root, 'page'));
});
afterEach(() => served.close());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request with a path that is sent as it is written, unlike fetch's. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET', host = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port: served.port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function signIn(): Promise<string> {
  const { headers } = await get(new URL(served.url).pathname + new URL(served.url).search);
  return headers['set-cookie']![0].split(';')[0];
}

function openSocket(headers: Record<string, string>, path = '/lab'): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${served.port}${path}`, { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

describe('the served lab', () => {
  it('exchanges its token for a cookie once', async () => {
    const { pathname, search } = new URL(served.url);
    const first = await get(pathname + search);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/');
    expect(first.headers['set-cookie']![0]).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await get(pathname + search)).status).toBe(403);
  });

  it('gives the page to a browser with the cookie, with the content security policy', async () => {
    const page = await get('/', { cookie: await signIn() });
    expect(page).toMatchObject({ status: 200, body: '<title>Magnilab</title>' });
    expect(page.headers['content-security-policy']).toBe(contentSecurityPolicy);
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['no token', '/', {}],
    ['a wrong token', '/?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', {}],
    ['an empty token', '/?token=', {}],
    ['a wrong cookie', '/', { cookie: 'magnilab=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['an empty cookie', '/', { cookie: 'magnilab=' }],
  ])('refuses %s', async (_what, path, headers) => {
    const answer = await get(path, headers);
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('<title>');
    expect(answer.headers['content-security-policy']).toBe(contentSecurityPolicy);
  });

  it('does not spend the token on a wrong one', async () => {
    await get('/?token=wrong');
    expect(await signIn()).toMatch(/^magnilab-\d+=.{20,}/);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '[::1]:1'])('refuses the Host "%s"', async (host) => {
    const cookie = await signIn();
    expect((await get('/', { cookie, host })).status).toBe(403);
    await expect(openSocket({ cookie, host, origin: `http://127.0.0.1:${served.port}` })).rejects.toThrow('403');
  });

  it('answers GET and HEAD only', async () => {
    const cookie = await signIn();
    expect((await get('/', { cookie }, 'POST')).status).toBe(405);
    expect((await get('/', { cookie }, 'HEAD')).status).toBe(200);
  });

  it.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/..%5csecret.txt', '/....//secret.txt', '//secret.txt'])(
    'does not leave the folder of the page (%s)',
    async (path) => {
      const answer = await get(path, { cookie: await signIn() });
      expect(answer.body).not.toBe('secret');
      expect(answer.status).toBeGreaterThanOrEqual(400);
    },
  );

  it('does not end at a malformed address', async () => {
    const cookie = await signIn();
    for (const path of ['//', '/%', '/%00', '///', '/?token=%']) expect((await get(path, { cookie })).status).toBeLessThan(500);
    expect((await get('/', { cookie })).status).toBe(200);
  });

  it('opens a WebSocket for its own page', async () => {
    const socket = await openSocket({ cookie: await signIn(), origin: `http://127.0.0.1:${served.port}` });
    const answer = new Promise((resolve) => socket.on('message', (data) => resolve(JSON.parse(String(data)))));
    socket.send('null');
    socket.send('[]');
    socket.send(JSON.stringify({ t: 'q', m: 'call', a: ['tasks.list', {}], i: '1' }));
    expect(await answer).toEqual({ t: 's', i: '1', r: { ok: true, value: [] } });
    socket.close();
  });

  it('outlives a refused WebSocket whose client resets the connection', async () => {
    const errors: unknown[] = [];
    const note = (error: unknown) => errors.push(error);
    process.on('uncaughtException', note);
    for (let i = 0; i < 20; i++) {
      const socket = connectTcp(served.port, '127.0.0.1');
      socket.on('error', () => {});
      await new Promise<void>((resolve) => socket.on('connect', resolve));
      socket.write(`GET /lab HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      socket.resetAndDestroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.off('uncaughtException', note);
    expect(errors).toEqual([]);
    expect((await get('/')).status).toBe(403);
  });

  it('refuses a WebSocket without cookie, of another origin, of none, or to another path', async () => {
    const cookie = await signIn();
    const origin = `http://127.0.0.1:${served.port}`;
    await expect(openSocket({ origin })).rejects.toThrow('403');
    await expect(openSocket({ cookie, origin: 'http://evil.example' })).rejects.toThrow('403');
    await expect(openSocket({ cookie, origin: 'null' })).rejects.toThrow('403');
    await expect(openSocket({ cookie })).rejects.toThrow('403');
    await expect(openSocket({ cookie, origin }, '/other')).rejects.toThrow('403');
  });

  it('listens on loopback only', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address && !address.internal && address.family === 'IPv4');
    if (!outside) return; // a machine without a network
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connectTcp({ host: outside.address, port: served.port, timeout: 2000 });
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('timeout', () => resolve(false));
    });
    expect(reached).toBe(false);
  });

  it('says what to do when the port is taken, or the page is not built', async () => {
    await expect(serveLab(lab, served.port, join(root, 'page'))).rejects.toMatchObject({ code: 'already-exists' });
    await expect(serveLab(lab, 0, join(root, 'none'))).rejects.toMatchObject({ code: 'not-found' });
  });
});
