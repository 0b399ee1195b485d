import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { request, type IncomingHttpHeaders } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { serveLab, type Served } from '../../../main/host/serve.ts';
import type { Lab } from '../../../main/lab/lab.ts';
import { contentSecurityPolicy } from '../../../shared/contract/security.ts';

const PICTURE = `picture/${'a'.repeat(64)}.${'b'.repeat(43)}/240.webp`;
const asked: string[] = [];
const lab = {
  services: { 'tasks.list': async () => [] },
  on: () => () => {},
  picture: async (path: string) => {
    asked.push(path);
    if (path.endsWith('broken')) throw new Error('broken');
    if (path.endsWith('gone')) return { status: 404 };
    return path === PICTURE ? { status: 200, type: 'image/webp', bytes: new TextEncoder().encode('pixels') } : { status: 403 };
  },
} as unknown as Lab;

let root: string;
let served: Served;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'magnilab-host-'));
  await mkdir(join(root, 'page'));
  await writeFile(join(root, 'page', 'index.html'), '<title>Magnilab</title>');
  await writeFile(join(root, 'page', 'app.js'), '// the app');
  await writeFile(join(root, 'page', 'app.js.gz'), gzipSync('// the app'));
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

const origin = () => `http://127.0.0.1:${served.port}`;
const token = (url = served.url) => new URL(url).searchParams.get('token');

function openSocket(headers: Record<string, string> = {}, path = '/lab'): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${served.port}${path}`, { headers: { origin: origin(), ...headers } });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

/** The key that a page gets for what it says first, or the code with which it is sent away. */
async function greet(greeting: unknown): Promise<string | number> {
  const socket = await openSocket();
  const answer = new Promise<string | number>((resolve) => {
    socket.on('message', (data) => resolve((JSON.parse(String(data)) as { key: string }).key));
    socket.on('close', (code) => resolve(code));
  });
  socket.send(typeof greeting === 'string' ? greeting : JSON.stringify(greeting));
  const got = await answer;
  socket.close();
  return got;
}

describe('the served lab', () => {
  it('exchanges its token for a key, once; the key opens it again; another address opens another browser', async () => {
    const key = await greet({ token: token() });
    expect(key).toMatch(/^.{20,}$/);
    expect(await greet({ token: token() })).toBe(4403);
    expect(await greet({ key })).toBe(key);
    const other = await greet({ token: token(served.newUrl()) });
    expect(other).toMatch(/^.{20,}$/);
    expect(other).not.toBe(key);
    expect(await greet({ key })).toBe(key); // the first browser is not locked out
  });

  it.each<[string, unknown]>([
    ['no secret', {}],
    ['a wrong token', { token: 'A'.repeat(32) }],
    ['an empty key', { key: '' }],
    ['a key that is no text', { key: 1 }],
    ['null', null],
    ['what is no JSON', '{'],
    ['what nests too deep', '['.repeat(100_000)],
    ['a call', { t: 'q', m: 'call', a: [1, 'tasks.list', {}], i: '1' }],
  ])('sends a page away that says %s, and does not spend the token', async (_what, greeting) => {
    expect(await greet(greeting)).toBe(4403);
    expect(await greet({ token: token() })).toMatch(/^.{20,}$/);
  });

  it('sets no cookie: browsers would send it to every program on this machine', async () => {
    const { headers } = await get('/?token=x');
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('gives the page with the content security policy', async () => {
    const page = await get('/');
    expect(page).toMatchObject({ status: 200, body: '<title>Magnilab</title>' });
    expect(page.headers['content-security-policy']).toBe(contentSecurityPolicy);
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });

  it('sends texts compressed where the browser takes it', async () => {
    const script = await get('/app.js', { 'accept-encoding': 'gzip' });
    expect(script.headers['content-encoding']).toBe('gzip');
    expect((await get('/app.js')).headers['content-encoding']).toBeUndefined();
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '[::1]:1'])('refuses the Host "%s"', async (host) => {
    expect((await get('/', { host })).status).toBe(403);
    await expect(openSocket({ host })).rejects.toThrow('403');
  });

  it('answers GET and HEAD only', async () => {
    expect((await get('/', {}, 'POST')).status).toBe(405);
    expect((await get('/', {}, 'HEAD')).status).toBe(200);
  });

  it.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/..%5csecret.txt', '/....//secret.txt', '//secret.txt'])(
    'does not leave the folder of the page (%s)',
    async (path) => {
      const answer = await get(path, {});
      expect(answer.body).not.toBe('secret');
      expect(answer.status).toBeGreaterThanOrEqual(400);
    },
  );

  it('gives pictures under the addresses that the lab made, to be kept by this browser alone', async () => {
    const answer = await get(`/${PICTURE}`);
    expect(answer).toMatchObject({ status: 200, body: 'pixels' });
    expect(answer.headers).toMatchObject({
      'content-type': 'image/webp',
      'content-length': '6',
      'cache-control': 'private, max-age=31536000, immutable',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'content-security-policy': contentSecurityPolicy,
    });
    expect(await get(`/${PICTURE}`, {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect(await get(`/${PICTURE}`, { 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 200 });
  });

  it('refuses other pictures, and pages of other origins even the right address', async () => {
    for (const [path, status] of [
      [`/${PICTURE.replace('240', '241')}`, 403],
      ['/picture/', 403],
      ['/picture/gone', 404],
      ['/picture/broken', 404],
    ] as const) {
      const answer = await get(path);
      expect(answer.status, path).toBe(status);
      expect(answer.headers['cache-control'], path).toBe('no-store');
    }
    asked.length = 0;
    for (const site of ['cross-site', 'same-site'])
      expect((await get(`/${PICTURE}`, { 'sec-fetch-site': site })).status, site).toBe(403); // another port is same-site
    expect((await get(`/${PICTURE}`, { host: 'evil.example' })).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it('does not end at a malformed address', async () => {
    for (const path of ['//', '/%', '/%00', '///', '/?token=%']) expect((await get(path)).status).toBeLessThan(500);
    expect((await get('/')).status).toBe(200);
  });

  it('offers its calls to a page that it knows, and to no other', async () => {
    const socket = await openSocket();
    const answers: unknown[] = [];
    socket.on('message', (data) => answers.push(JSON.parse(String(data))));
    socket.send(JSON.stringify({ token: token() }));
    for (const message of ['null', '[]', JSON.stringify({ t: 'q', m: 'call', a: [1, 'tasks.list', {}], i: '1' })])
      socket.send(message);
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    expect(answers[1]).toEqual({ t: 's', i: '1', r: { ok: true, value: [] } });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.send(`${'['.repeat(1000)}${']'.repeat(1000)}`);
    expect(await closed).toBe(1007);
  });

  it('takes no message that is larger than any of its page', async () => {
    const socket = await openSocket();
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.send('"' + 'x'.repeat(300_000) + '"');
    expect(await closed).toBe(1009);
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
    expect((await get('/')).status).toBe(200);
  });

  it('refuses a WebSocket of another origin, of none, or to another path', async () => {
    await expect(openSocket({ origin: 'http://evil.example' })).rejects.toThrow('403');
    await expect(openSocket({ origin: `http://127.0.0.1:${served.port + 1}` })).rejects.toThrow('403');
    await expect(openSocket({ origin: 'null' })).rejects.toThrow('403');
    await expect(openSocket({ origin: '' })).rejects.toThrow('403');
    await expect(openSocket({}, '/other')).rejects.toThrow('403');
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
