import type { Random } from '../../shared/domain/random.ts';

/** Bytes that mean something to readers of headers: ends of ranges, signs, lengths. */
const TELLING = [0, 1, 2, 3, 4, 7, 8, 16, 0x2a, 0x2b, 0x7f, 0x80, 0xc4, 0xd9, 0xda, 0xfe, 0xff];

/**
 * A damaged copy of a file: bytes changed, dropped, doubled, moved, the end cut, a number blown up; most of it near the start,
 * where headers are. The same random numbers give the same damage.
 */
export function mutate(file: Uint8Array, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(file);
  const changes = 1 + random.integer(4);
  for (let i = 0; i < changes; i++) bytes = change(bytes, random);
  return bytes;
}

function change(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  const place = () => random.integer(random.next() < 0.6 ? Math.min(bytes.length, 400) : bytes.length);
  const at = place();
  const length = 1 + random.integer(random.next() < 0.8 ? 8 : 200);
  switch (random.integer(8)) {
    case 0:
      bytes[at] ^= 1 << random.integer(8);
      return bytes;
    case 1:
      bytes[at] = TELLING[random.integer(TELLING.length)];
      return bytes;
    case 2:
      bytes.fill(random.next() < 0.5 ? 0 : 0xff, at, Math.min(bytes.length, at + length));
      return bytes;
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 5:
      return bytes.subarray(0, Math.max(1, at));
    case 6:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(place(), place() + length), bytes.subarray(at)]);
    default:
      for (let k = at; k < Math.min(bytes.length, at + 4); k++) bytes[k] = random.integer(256);
      return bytes;
  }
}
