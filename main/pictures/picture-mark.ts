/** A mark in the pictures that Magnilab writes: by it they are known again, and nothing else is ever replaced by one. */
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** A "tEXt" chunk (PNG specification, 11.3.3): keyword, zero, text. */
const MARK = chunk('tEXt', Buffer.from('Software\0Magnilab', 'latin1'));
/** Signature and header: the mark follows at once. */
const HEAD = SIGNATURE.length + 25;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG with the mark. */
export function marked(png: Buffer): Buffer {
  return Buffer.concat([png.subarray(0, HEAD), MARK, png.subarray(HEAD)]);
}

/** Whether a file is a picture that Magnilab has written. @throws where it cannot be read: that is not "no" */
export async function isMarked(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const start = Buffer.alloc(HEAD + MARK.length);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    return bytesRead === start.length && start.indexOf(SIGNATURE) === 0 && start.subarray(HEAD).equals(MARK);
  } finally {
    await file.close();
  }
}
