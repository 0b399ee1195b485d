import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { ZipFile } from 'yazl';

/** What an archive of a test holds: bytes of a file, or a header of the archive's own. */
export type Held = Buffer | Omit<Partial<Header>, 'name'>;

export async function tarOf(entries: readonly (readonly [name: string, held: Held])[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, held] of entries)
    if (Buffer.isBuffer(held)) tar.entry({ name }, held);
    else tar.entry({ name, ...held });
  tar.finalize();
  return buffer(tar);
}

export async function tarGzOf(entries: readonly (readonly [name: string, held: Held])[]): Promise<Buffer> {
  return gzipSync(await tarOf(entries));
}

/** @param modes Unix modes of entries that are more than files, by their names */
export async function zipOf(
  entries: readonly (readonly [name: string, bytes: Buffer])[],
  modes: Readonly<Record<string, number>> = {},
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, bytes] of entries) zip.addBuffer(bytes, name, { mode: modes[name] ?? 0o100644 });
  zip.end();
  return buffer(zip.outputStream);
}

/** Bytes with every occurrence of a text replaced by one of the same length: names that no program would write. */
export function forged(archive: Buffer, from: string, to: string): Buffer {
  if (from.length !== to.length) throw new Error('the lengths differ');
  return Buffer.from(archive.toString('latin1').replaceAll(from, to), 'latin1');
}
