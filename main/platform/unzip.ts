import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

/**
 * Extracts the entries of a zip archive for which `place` names a file; null passes an entry over.
 * @throws the archive's own error when it is damaged, AbortError when cancelled
 */
export async function unzip(archive: string, place: (entry: string) => string | null, signal?: AbortSignal): Promise<void> {
  const zip = await openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      const target = entry.fileName.endsWith('/') ? null : place(entry.fileName);
      if (target === null) continue;
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target), { signal });
    }
  } finally {
    zip.close();
  }
}
