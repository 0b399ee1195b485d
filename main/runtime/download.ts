import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { hashFile } from '../platform/atomic.ts';
import type { WheelFile } from './wheel-list.ts';

/** A download that may go on where an earlier one stopped. */
export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** bytes of the file that are there */
  readonly onBytes?: (bytes: number) => void;
  /** between two tries of one file, ms */
  readonly pause?: number;
}

/** What an index refuses for good: another try changes nothing. */
class Refusal extends Error {}

const REDIRECTS = 5;
/** tries in a row that bring no byte */
const TRIES = 5;
const PAUSE_MS = 2000;
/** without a byte for so long a connection is given up, and taken up again */
const STALLED_MS = 60_000;
const PAGE_BYTES = 64e6;

/**
 * Fetches a wheel from a package index (PEP 503, PEP 691) to `path`. What came is kept beside it as `<path>.part`; the next call
 * goes on from there. The file has its name only when its SHA-256 is the published one.
 * @param index address of the index, below which every package has its page
 * @throws Error that names the file; AbortError when cancelled
 */
export async function download(index: string, wheel: WheelFile, path: string, options: DownloadOptions = {}): Promise<void> {
  const { signal, onBytes, pause = PAUSE_MS } = options;
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  let source: URL | null = null;
  for (let tries = 1; ; tries++) {
    let before = await sizeOf(part);
    if (before > wheel.bytes) {
      await rm(part);
      before = 0;
    }
    try {
      source ??= await findOnPage(index, wheel, signal);
      if (before < wheel.bytes) await appendTo(part, source, before, wheel, signal, onBytes);
      if ((await sizeOf(part)) === wheel.bytes) break;
      throw new Error('the connection ended early');
    } catch (error) {
      signal?.throwIfAborted();
      const words = error instanceof Error ? error.message : String(error);
      if ((await sizeOf(part)) > before) tries = 0;
      if (error instanceof Refusal || tries >= TRIES || isLocal(error))
        throw new Error(`${wheel.file}: ${words}`, { cause: error });
      await wait(pause, undefined, { signal });
    }
  }
  const found = await hashFile(part, signal);
  if (found !== wheel.sha256) {
    await rm(part);
    throw new Error(`${wheel.file} is not the published file: its SHA-256 is ${found}, not ${wheel.sha256}. It was deleted.`);
  }
  await rename(part, path);
}

/** Bytes of a file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/**
 * The address of an index as it can be used: https, or http on this machine.
 * @throws Error that says what is wrong with it
 */
export function indexAddress(index: string): URL {
  const url = URL.parse(index.endsWith('/') ? index : `${index}/`);
  if (!url) throw new Error(`"${index}" is not the address of a package index: it has the form https://HOST/PATH`);
  refuseInsecure(url);
  return url;
}

/** An address in words, without the password that it may hold. */
export function shown(url: URL): string {
  return url.origin + url.pathname;
}

function refuseInsecure(url: URL): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return;
  throw new Refusal(`${shown(url)} is not fetched: addresses must begin with https://, or with http:// on this machine`);
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** Where the package's page has the file: matched by its name, since addresses differ from index to index. */
async function findOnPage(index: string, wheel: WheelFile, signal: AbortSignal | undefined): Promise<URL> {
  const page = new URL(`${wheel.package}/`, indexAddress(index));
  const { answer, url } = await get(page, { accept: `${JSON_PAGE}, text/html;q=0.5` }, signal);
  if (answer.statusCode !== 200) throw unexpected(answer, url);
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    if ((bytes += chunk.length) > PAGE_BYTES) answer.destroy(new Refusal(`the page ${shown(url)} is too large`));
  });
  const body = await text(answer);
  const links = answer.headers['content-type']?.startsWith(JSON_PAGE) ? linksOfJson(body, url) : linksOfHtml(body, url);
  const found = links.find(({ name }) => name === wheel.file);
  if (!found) throw new Refusal(`the page ${shown(url)} does not list it`);
  const here = found.url.origin === url.origin; // an index that asks for a password asks for it for its files, too
  return here ? Object.assign(found.url, { username: url.username, password: url.password }) : found.url;
}

const JSON_PAGE = 'application/vnd.pypi.simple.v1+json';

interface Link {
  readonly name: string;
  readonly url: URL;
}

function linksOfJson(body: string, page: URL): Link[] {
  try {
    const { files } = JSON.parse(body) as { files: { filename: string; url: string }[] };
    return files.map(({ filename, url }) => ({ name: filename, url: new URL(url, page) }));
  } catch {
    throw new Refusal(`the page ${shown(page)} is not one of a package index`);
  }
}

function linksOfHtml(body: string, page: URL): Link[] {
  const base = URL.parse(/<base\s[^>]*href\s*=\s*["']([^"']+)/i.exec(body)?.[1] ?? '', page.href) ?? page;
  return [...body.matchAll(/<a\s[^>]*?href\s*=\s*(["'])(.*?)\1/gis)].flatMap(([, , href]) => {
    const url = URL.parse(href.replaceAll('&amp;', '&'), base.href);
    return url ? [{ name: lastPart(url), url }] : [];
  });
}

function lastPart({ pathname }: URL): string {
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Appends what is missing; a server that cannot begin in the middle sends everything again. */
async function appendTo(
  part: string,
  source: URL,
  from: number,
  { bytes }: WheelFile,
  signal: AbortSignal | undefined,
  onBytes: DownloadOptions['onBytes'],
): Promise<void> {
  const { answer, url } = await get(source, from > 0 ? { range: `bytes=${from}-` } : {}, signal);
  const goesOn = answer.statusCode === 206 && answer.headers['content-range']?.startsWith(`bytes ${from}-`);
  if (!goesOn && answer.statusCode !== 200) throw unexpected(answer, url);
  let there = goesOn ? from : 0;
  const file = await open(part, goesOn ? 'a' : 'w');
  try {
    // not by a stream of its own, which would lose what it holds when the connection breaks
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      there += chunk.length;
      if (there > bytes) throw new Refusal(`${shown(url)} sends more than the published ${bytes} bytes`);
      await file.writeFile(chunk);
      onBytes?.(there);
    }
  } finally {
    await file.close();
  }
}

/** GET, with redirects. Passwords go to the address that was given, and nowhere else. */
async function get(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<{ answer: IncomingMessage; url: URL }> {
  let from = url;
  for (let i = 0; i <= REDIRECTS; i++) {
    refuseInsecure(from);
    const answer = await ask(from, headers, signal);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.statusCode!) || !location) return { answer, url: from };
    answer.destroy();
    const to = URL.parse(location, from.href);
    if (!to) throw new Refusal(`${shown(from)} leads to no address`);
    if (from.protocol === 'https:' && to.protocol !== 'https:') throw new Refusal(`${shown(from)} leads away from https`);
    from = to;
  }
  throw new Refusal(`${shown(url)} leads on more than ${REDIRECTS} times`);
}

function ask(url: URL, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const { username, password } = url;
  return new Promise((resolve, reject) => {
    const sent = (secure ? secureRequest : request)(
      { ...addressOf(url), headers: { ...headers, 'accept-encoding': 'identity' }, signal, agent: agentFor(url, secure),
        auth: username && `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }, // prettier-ignore
      resolve,
    );
    sent.setTimeout(STALLED_MS, () => sent.destroy(new Error(`${shown(url)} does not answer`)));
    sent.on('error', reject);
    sent.end();
  });
}

function addressOf({ protocol, hostname, port, pathname, search }: URL) {
  return { protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port: port || undefined, path: pathname + search };
}

/** Proxies as the environment names them (HTTPS_PROXY, NO_PROXY); none stands between this machine and itself. */
function agentFor(url: URL, secure: boolean): Agent {
  const options = isLoopback(url) ? {} : { proxyEnv: process.env };
  return secure ? new SecureAgent(options) : new Agent(options);
}

/** Statuses of 500 and above, and "too many requests", may pass. */
function unexpected(answer: IncomingMessage, url: URL): Error {
  const { statusCode = 0, statusMessage } = answer;
  answer.destroy();
  const words = `${shown(url)} answered ${statusCode} ${statusMessage}`;
  return statusCode >= 500 || statusCode === 429 ? new Error(words) : new Refusal(words);
}

/** Errors of this machine's disk: the network is not to blame. */
function isLocal(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');
}
