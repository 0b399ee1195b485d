import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Who may talk to the served lab: a browser that came with the one-time token, on this machine, from the lab's own page.
 * The token is spent by the first visit, which gets a session cookie in its place (HttpOnly, SameSite=Strict).
 */
export class Access {
  readonly token = randomBytes(24).toString('base64url');
  private readonly session = randomBytes(24).toString('base64url');
  private spent = false;
  /** browsers share cookies between the ports of a host: two served labs need two names */
  private readonly cookie: string;
  private readonly hosts: ReadonlySet<string>;

  constructor(port: number) {
    this.cookie = `magnilab-${port}`;
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  /** The address was really ours: keeps a foreign name that resolves to this machine out (DNS rebinding). */
  hostIsOurs({ headers }: IncomingMessage): boolean {
    return headers.host !== undefined && this.hosts.has(headers.host);
  }

  /** Spends the token. @returns the cookie to set, or null when the token is wrong or spent */
  exchange(token: string | null): string | null {
    if (this.spent || !equal(token ?? '', this.token)) return null;
    this.spent = true;
    return `${this.cookie}=${this.session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  hasSession({ headers }: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim().split('='));
    return cookies.some(([name, value]) => name === this.cookie && equal(value ?? '', this.session));
  }

  /** Browsers name the page that opens a WebSocket; any other page is refused. */
  originIsOurs({ headers }: IncomingMessage): boolean {
    return headers.origin !== undefined && [...this.hosts].some((host) => headers.origin === `http://${host}`);
  }
}

function equal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
