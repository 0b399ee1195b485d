import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { createBrotliDecompress } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { LabError } from '../../shared/contract/errors.ts';
import { unpackPicture } from '../dataset/tissue/packed.ts';
import { sweepTemporary, temporaryName } from '../platform/atomic.ts';

export interface UnpackDemoRequest {
  /** the packed project, absolute */
  readonly archive: string;
  /** where it is to lie, absolute */
  readonly folder: string;
}

/**
 * Unpacks the finished demo project that ships with Magnilab (scripts/demo-project.ts makes it): beside its place, then moved there
 * whole.
 * @throws LabError "already-exists" where the folder holds anything
 */
export async function unpackDemo({ archive, folder }: UnpackDemoRequest): Promise<void> {
  const target = resolve(folder);
  if ((await readdir(target).catch(() => [])).length > 0)
    throw new LabError('already-exists', `${target} holds other files. Move them away, and open the finished demo again.`, {
      path: target,
    });
  await mkdir(dirname(target), { recursive: true });
  await sweepTemporary(dirname(target));
  const partial = join(dirname(target), temporaryName());
  try {
    await writeAll(archive, partial);
    await rm(target, { recursive: true, force: true }); // it is empty; on Windows nothing is moved onto a folder
    await rename(partial, target);
  } finally {
    await rm(partial, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Pictures are packed as WebP and unpacked as PNG, which everything reads, four at a time: decoding is libvips's work. */
async function writeAll(archive: string, into: string): Promise<void> {
  const tar = createReadStream(archive).pipe(createBrotliDecompress()).pipe(extract());
  const writing = new Set<Promise<void>>();
  let failure: unknown = null;
  for await (const entry of tar) {
    const path = join(into, entry.header.name);
    const bytes = await buffer(entry);
    const job = writeOne(path, bytes)
      .catch((error: unknown) => (failure ??= error))
      .then(() => void writing.delete(job));
    writing.add(job);
    if (writing.size >= 8) await Promise.race(writing);
    if (failure) break;
  }
  await Promise.all(writing);
  if (failure) throw failure as Error;
}

async function writeOne(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (extname(path) === '.webp') await writeFile(path.replace(/\.webp$/, '.png'), await unpackPicture(bytes));
  else await writeFile(path, bytes);
}
