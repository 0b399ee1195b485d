import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Who may talk to the served lab: a page of our own origin, on this machine, that knows a secret. An address holds a token that
 * opens one browser, once; the page gets a key in its place, which it keeps in the storage of its own origin. No cookie: browsers
 * send those to every port of a host, and so to every other program that serves one.
 */
export class Access {
  private readonly tokens = new Set<string>();
  private readonly keys = new Set<string>();
  private readonly hosts: ReadonlySet<string>;

  constructor(port: number) {
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  /** A token that opens one browser. */
  newToken(): string {
    const token = secret();
    this.tokens.add(token);
    return token;
  }

  /** The address was really ours: keeps a foreign name that resolves to this machine out (DNS rebinding). */
  hostIsOurs({ headers }: IncomingMessage): boolean {
    return headers.host !== undefined && this.hosts.has(headers.host);
  }

  /** Browsers name the page that opens a WebSocket; any other page is refused. */
  originIsOurs({ headers }: IncomingMessage): boolean {
    return headers.origin !== undefined && [...this.hosts].some((host) => headers.origin === `http://${host}`);
  }

  /** Browsers say which page embeds a picture; one of another origin is refused, whatever address it knows. */
  embedderIsOurs({ headers }: IncomingMessage): boolean {
    const site = headers['sec-fetch-site'];
    return site === undefined || site === 'same-origin' || site === 'none';
  }

  /**
   * @param greeting a page's first message: `{token}` of an address, which is spent, or `{key}` that it was given before
   * @returns the key, or null when neither is right
   */
  admit(greeting: unknown): string | null {
    const { token, key } = (typeof greeting === 'object' && greeting !== null ? greeting : {}) as Record<string, unknown>;
    if (typeof key === 'string' && among(this.keys, key) !== null) return key;
    const spent = typeof token === 'string' ? among(this.tokens, token) : null;
    if (spent === null) return null;
    this.tokens.delete(spent);
    const given = secret();
    this.keys.add(given);
    return given;
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares with each in constant time. */
function among(known: ReadonlySet<string>, given: string): string | null {
  return [...known].find((one) => equal(one, given)) ?? null;
}

function equal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
