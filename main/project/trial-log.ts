import { open } from 'node:fs/promises';
import type { ParsedInput } from '../../shared/contract/api.ts';
import type { LogPart } from '../../shared/contract/trial.ts';
import { trialFiles } from './trial-folder.ts';

const NEWLINE = 10;

/**
 * A part of a trial's log.txt: its end, what stands before a byte, or what follows one. The first two begin with a whole line; all end
 * with a whole character. Empty before the trial was first started.
 */
export async function readLog(
  folder: string,
  { before, after, limit }: Pick<ParsedInput<'trials.log'>, 'before' | 'after' | 'limit'>,
): Promise<LogPart> {
  const path = trialFiles(folder).log;
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return { path, size: 0, from: 0, to: 0, text: '' };
  try {
    const { size } = await file.stat();
    const end = Math.min(size, after === undefined ? (before ?? size) : after + limit);
    const start = after === undefined ? Math.max(0, end - limit) : Math.min(after, end);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const first = after === undefined && start > 0 ? buffer.indexOf(NEWLINE) + 1 : 0;
    const last = wholeCharacters(buffer.subarray(0, bytesRead));
    return { path, size, from: start + first, to: start + last, text: buffer.toString('utf8', first, last) };
  } finally {
    await file.close();
  }
}

/** How many bytes of UTF-8 there are before a character that was cut at the end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue; // within a character: its first byte says how long it is
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
