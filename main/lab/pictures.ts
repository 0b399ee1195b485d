import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { framedAddress, layerAddress, PICTURE_WIDTHS, PICTURES } from '../../shared/contract/pictures.ts';
import { reportSecurityPolicy } from '../../shared/contract/security.ts';
import { Hmac } from '../platform/hmac.ts';
import { KeptBytes } from './kept-bytes.ts';
import { Limit } from './limit.ts';
import type { Session } from './session.ts';

/** A picture, or why there is none: 403 for an address that the lab did not make, 404 where the file is no longer that picture. */
export type PictureAnswer =
  { readonly status: 200; readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> } | { readonly status: 403 | 404 };

/** The headers of an answer. An address names pixels, so what it gives never changes; a picture that is missing may come back. */
export function pictureHeaders(answer: PictureAnswer): Record<string, string> {
  if (answer.status !== 200) return { 'Cache-Control': 'no-store' };
  const own = { 'Content-Type': answer.type, 'Cache-Control': 'private, max-age=31536000, immutable' };
  return answer.type === PAGE_TYPE ? { ...own, 'Content-Security-Policy': reportSecurityPolicy } : own;
}

type Kind = 'picture' | 'layer' | 'page';
const PAGE_TYPE = 'text/html; charset=utf-8';
const ADDRESS = /^([0-9a-f]{64})\.([\w-]{43})\/(?:(\d{2,4})\.webp|layer\.png|page\.html)$/;

const TYPES: Readonly<Record<Kind, string>> = { picture: 'image/webp', layer: 'image/png', page: PAGE_TYPE };

const MOST_KEPT_BYTES = 48e6;
/** Whole images are decoded for small ones; a processor is left to the page that scrolls through them. */
const MADE_AT_ONCE = Math.min(4, Math.max(1, availableParallelism() - 1));
const MOST_WAITING = 400;

/**
 * Pictures by address. An <img> sends no header of ours, and a cookie would go to every program of this machine, so the address itself
 * shows that it comes from a page that is let in: it is signed with a secret that lives as long as the lab.
 */
export class Pictures {
  private readonly secret = new Hmac(randomBytes(32));
  private readonly small = new KeptBytes(MOST_KEPT_BYTES);
  private readonly layers = new KeptBytes(MOST_KEPT_BYTES);
  /** pixels' hash -> path, of pictures that are not of the data set */
  private readonly files = new Map<string, string>();
  private readonly limit = new Limit(MADE_AT_ONCE, MOST_WAITING);
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Knows a picture by its file, beside those of the data set. @returns its name, good until it is forgotten */
  know(pixelSha256: string, file: string): string {
    this.files.set(pixelSha256, file);
    return this.nameOf(pixelSha256);
  }

  forget(pixelSha256: string): void {
    this.files.delete(pixelSha256);
  }

  /** What the page is given of the picture that has these pixels. */
  nameOf(pixelSha256: string): string {
    return this.signed('picture', pixelSha256);
  }

  /** Keeps a PNG that lies over a picture. @returns its address, good until so many others have come that it is let go */
  keepLayer(png: Uint8Array<ArrayBuffer>): string {
    const sha256 = createHash('sha256').update(png).digest('hex');
    this.layers.set(sha256, png);
    return layerAddress(this.signed('layer', sha256));
  }

  /** Keeps a page that is shown in a frame. @returns its address, as long as a layer's is good */
  keepPage(html: string): string {
    const bytes = new TextEncoder().encode(html);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.layers.set(sha256, bytes);
    return framedAddress(this.signed('page', sha256));
  }

  /** @param path after the page's own address, e.g. "picture/…/240.webp" @param signal the page needs it no more */
  async answer(path: string, signal?: AbortSignal): Promise<PictureAnswer> {
    const [, sha256, signature, width] = ADDRESS.exec(path.slice(PICTURES.length)) ?? [];
    if (sha256 === undefined || !path.startsWith(PICTURES)) return { status: 403 };
    const kind: Kind = width !== undefined ? 'picture' : path.endsWith('.html') ? 'page' : 'layer';
    const own = this.signatureOf(kind, sha256);
    if (!timingSafeEqual(own, Buffer.from(signature, 'base64url'))) return { status: 403 };
    const bytes = kind === 'picture' ? await this.smallPicture(sha256, Number(width), signal) : this.layers.get(sha256);
    return bytes ? { status: 200, type: TYPES[kind], bytes } : { status: 404 };
  }

  private async smallPicture(pixelSha256: string, width: number, signal?: AbortSignal) {
    const index = this.session.isOpen ? this.session.indexRef : null;
    const file = this.files.get(pixelSha256);
    if ((!index && file === undefined) || width < PICTURE_WIDTHS.least || width > PICTURE_WIDTHS.most) return null;
    const key = `${pixelSha256} ${width}`;
    const known = this.small.get(key);
    if (known) return known;
    const { compute } = this.session;
    const make = async () =>
      (file === undefined ? null : await compute.call('pictures.smallOfFile', { file, pixelSha256, width }, { signal })) ??
      (index && (await compute.call('pictures.small', { index, pixelSha256, width }, { signal })));
    const made = await this.limit.run(make, signal).catch(() => null); // too many at once, or not asked for any more
    if (made) this.small.set(key, made);
    return made;
  }

  private signed(kind: Kind, sha256: string): string {
    return `${sha256}.${this.signatureOf(kind, sha256).toString('base64url')}`;
  }

  private signatureOf(kind: Kind, sha256: string): Buffer {
    return this.secret.digest(`${kind} ${sha256}`);
  }
}
