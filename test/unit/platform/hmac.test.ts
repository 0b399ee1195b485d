import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Hmac } from '../../../main/platform/hmac.ts';

it('is HMAC-SHA-256, text after text', () => {
  for (const length of [0, 1, 32, 64]) {
    const key = randomBytes(length);
    const hmac = new Hmac(key);
    for (const text of ['', 'picture', 'ü'.repeat(1000)])
      expect(hmac.digest(text)).toEqual(createHmac('sha256', key).update(text).digest());
  }
  expect(() => new Hmac(randomBytes(65))).toThrow('at most 64 bytes');
});
