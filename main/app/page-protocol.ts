import { readFile } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import type { CustomScheme, Protocol } from 'electron';
import { PICTURES } from '../../shared/contract/pictures.ts';
import { contentSecurityPolicy } from '../../shared/contract/security.ts';
import type { Lab } from '../lab/lab.ts';
import { pictureHeaders } from '../lab/pictures.ts';

const SCHEME = 'app';
const HOST = 'lab';

/** Address of the page. A scheme of its own gives the page an origin, which file:// does not. */
export const PAGE_URL = `${SCHEME}://${HOST}/`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

const SECURITY = { 'Content-Security-Policy': contentSecurityPolicy, 'X-Content-Type-Options': 'nosniff' };

/** Must be called before the app is ready. */
export function registerPageScheme(protocol: { registerSchemesAsPrivileged(schemes: CustomScheme[]): void }): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built page at {@link PAGE_URL}: files of that folder, the lab's pictures, and nothing else. */
export function servePage(protocol: Pick<Protocol, 'handle'>, folder: string, lab: Pick<Lab, 'picture'>): void {
  protocol.handle(SCHEME, (request) => answerPage(folder, request, lab));
}

type PageRequest = Pick<Request, 'method' | 'url'> & Partial<Pick<Request, 'signal'>>;

export async function answerPage(
  folder: string,
  { method, url, signal }: PageRequest,
  lab: Pick<Lab, 'picture'>,
): Promise<Response> {
  if (method === 'GET' && isPage(url) && new URL(url).pathname.startsWith(`/${PICTURES}`)) {
    const answer = await lab.picture(new URL(url).pathname.slice(1), signal);
    const headers = { ...SECURITY, ...pictureHeaders(answer) };
    return new Response(answer.status === 200 ? answer.bytes : null, { status: answer.status, headers });
  }
  const file = method === 'GET' ? pageFile(folder, url) : null;
  const body = file && (await readFile(file).catch(() => null));
  if (!file || !body) return new Response(null, { status: 404, headers: SECURITY });
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return new Response(new Uint8Array(body), { headers: { ...SECURITY, 'Content-Type': type } });
}

/** The file behind an address of the page, or null for an address that is not ours or leaves the folder. */
export function pageFile(folder: string, url: string): string | null {
  if (!isPage(url)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(url).pathname);
  } catch {
    return null; // a lone %
  }
  if (path.includes('\0')) return null;
  const root = resolve(folder);
  const file = resolve(root, `.${path === '/' ? '/index.html' : path}`);
  return file.startsWith(root + sep) ? file : null;
}

/** Whether the address is the page's. Compares the parts: URL gives schemes that it does not know the origin "null". */
export function isPage(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return protocol === `${SCHEME}:` && host === HOST;
}
