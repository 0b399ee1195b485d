import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerPage, isPage, pageFile, registerPageScheme, servePage } from '../../../main/app/page-protocol.ts';
import type { PictureAnswer } from '../../../main/lab/pictures.ts';
import { contentSecurityPolicy } from '../../../shared/contract/security.ts';

const lab = {
  picture: async (path: string): Promise<PictureAnswer> =>
    path === 'picture/known/240.webp'
      ? { status: 200, type: 'image/webp', bytes: new TextEncoder().encode('pixels') }
      : { status: path.includes('gone') ? 404 : 403 },
};

let root: string;
let page: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'magnilab-page-'));
  page = join(root, 'renderer');
  await mkdir(join(page, 'assets'), { recursive: true });
  await mkdir(join(root, 'renderer-other'));
  await writeFile(join(page, 'index.html'), '<title>Magnilab</title>');
  await writeFile(join(page, 'assets', 'index.js'), 'export {};');
  await writeFile(join(page, 'assets', 'a b.svg'), '<svg/>');
  await writeFile(join(root, 'secret.txt'), 'secret');
  await writeFile(join(root, 'renderer-other', 'secret.txt'), 'secret');
});
afterAll(() => rm(root, { recursive: true }));

describe('the page over app://', () => {
  it('registers a scheme with an origin before the app is ready', () => {
    const registered: unknown[] = [];
    registerPageScheme({ registerSchemesAsPrivileged: (schemes) => registered.push(...schemes) });
    expect(registered).toMatchObject([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
    expect(registered).not.toMatchObject([{ privileges: { bypassCSP: true } }]);
  });

  it.each([
    ['app://lab/', 'text/html; charset=utf-8', '<title>Magnilab</title>'],
    ['app://lab/index.html?a=1#/plan', 'text/html; charset=utf-8', '<title>Magnilab</title>'],
    ['app://lab/assets/index.js', 'text/javascript; charset=utf-8', 'export {};'],
    ['app://lab/assets/a%20b.svg', 'image/svg+xml', '<svg/>'],
  ])('serves %s', async (url, type, body) => {
    const response = await answerPage(page, { method: 'GET', url }, lab);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe(body);
  });

  it.each([
    'app://lab/../../etc/passwd',
    'app://lab/../secret.txt',
    'app://lab/%2e%2e/secret.txt',
    'app://lab/..%2fsecret.txt',
    'app://lab/assets/..%2f..%2fsecret.txt',
    'app://lab/..%2frenderer-other/secret.txt',
    'app://lab/%2fetc/passwd',
    'app://lab//etc/passwd',
    'app://lab/index.html%00.js',
    'app://lab/%',
    'app://lab/assets',
    'app://lab/assets/',
    'app://lab/none.js',
    'app://other/index.html',
    'app://lab.evil/index.html',
    'app://user@other/index.html',
    'file:///etc/passwd',
    'https://lab/index.html',
    'lab',
    '',
  ])('does not serve %s', async (url) => {
    const response = await answerPage(page, { method: 'GET', url }, lab);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it.each(['POST', 'PUT', 'HEAD', 'DELETE'])('does not answer %s', async (method) => {
    expect((await answerPage(page, { method, url: 'app://lab/' }, lab)).status).toBe(404);
  });

  it('keeps every file below the folder', () => {
    for (const url of ['app://lab/../../etc/passwd', 'app://lab/a/../../b', 'app://lab/a', 'app://lab/./.././x'])
      expect(pageFile(page, url)).toSatisfy((file: string | null) => file === null || file.startsWith(page + sep));
  });

  it('gives pictures of the lab', async () => {
    const answer = await answerPage(page, { method: 'GET', url: 'app://lab/picture/known/240.webp' }, lab);
    expect(await answer.text()).toBe('pixels');
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'image/webp',
      'cache-control': 'private, max-age=31536000, immutable',
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
    });
    for (const [path, status] of [
      ['picture/gone/1.webp', 404],
      ['picture/unknown', 403],
      ['pictures/known/240.webp', 404], // a file that the page has not
    ] as const)
      expect((await answerPage(page, { method: 'GET', url: `app://lab/${path}` }, lab)).status, path).toBe(status);
    expect((await answerPage(page, { method: 'GET', url: 'app://other/picture/known/240.webp' }, lab)).status).toBe(404);
  });

  it('handles its own scheme', async () => {
    const handlers = new Map<string, (request: Request) => unknown>();
    servePage({ handle: (scheme, handler) => void handlers.set(scheme, handler as never) }, page, lab);
    const answer = (await handlers.get('app')!({ method: 'GET', url: 'app://lab/' } as Request)) as Response;
    expect(answer.status).toBe(200);
  });

  it.each([
    ['app://lab/', true],
    ['app://lab/#/plan', true],
    ['app://lab', true],
    ['app://lab.example/', false],
    ['app://user:password@lab.example/', false],
    ['apps://lab/', false],
    ['https://lab/', false],
    ['about:blank', false],
    ['', false],
  ])('knows its own address: %s %s', (url, own) => expect(isPage(url)).toBe(own));
});
