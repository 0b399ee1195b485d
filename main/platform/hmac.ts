import { createHash } from 'node:crypto';

/** Bytes that SHA-256 takes at a time. */
const BLOCK = 64;

/**
 * HMAC-SHA-256 (RFC 2104) of many short texts under one key. What the key does to both hashes is computed once: several times as fast
 * as `createHmac`, which matters where a thousand names are signed for one answer.
 */
export class Hmac {
  private readonly inner;
  private readonly outer;

  /** @param key at most 64 bytes */
  constructor(key: Uint8Array) {
    if (key.length > BLOCK) throw new RangeError(`a key has at most ${BLOCK} bytes, not ${key.length}`);
    const padded = (pad: number) => Uint8Array.from({ length: BLOCK }, (_, i) => (key[i] ?? 0) ^ pad);
    this.inner = createHash('sha256').update(padded(0x36));
    this.outer = createHash('sha256').update(padded(0x5c));
  }

  digest(text: string): Buffer {
    return this.outer.copy().update(this.inner.copy().update(text).digest()).digest();
  }
}
