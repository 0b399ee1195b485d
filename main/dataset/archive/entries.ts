import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { crc32, createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { type Entry as ZipEntry, openPromise } from 'yauzl';
import { LabError } from '../../../shared/contract/errors.ts';
import type { ArchiveKind } from './kind.ts';

/** What an archive holds under one name. */
export interface ArchiveEntry {
  /** as the archive writes it: not to be trusted */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'device';
  /** unpacked */
  readonly bytes: number;
  /** share of the archive that lies behind this entry's beginning, 0 to 1 */
  readonly share: number;
  /** its content; to be asked for before the next entry is, and read to its end */
  open(): Promise<Readable>;
}

/** The entries of an archive in its order. @throws the error of whoever reads it, where it is damaged */
export function entriesOf(path: string, kind: ArchiveKind, bytes: number, signal?: AbortSignal): AsyncGenerator<ArchiveEntry> {
  return kind === 'zip' ? zipEntries(path) : tarEntries(path, kind, bytes, signal);
}

const TAR_KINDS: Readonly<Record<string, ArchiveEntry['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'folder',
  link: 'link',
  symlink: 'link',
};
const TAR_END = 512;

async function* tarEntries(
  path: string,
  kind: ArchiveKind,
  bytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ArchiveEntry> {
  if (kind === 'tar') await requireTarEnd(path, bytes);
  const source = createReadStream(path, { highWaterMark: 1 << 20, signal });
  const tar = extract();
  const parts = kind === 'tar' ? [source] : [source, source.pipe(createGunzip())];
  for (const part of parts) part.on('error', (error: Error) => tar.destroy(error));
  parts.at(-1)!.pipe(tar);
  try {
    for await (const entry of tar) {
      const { name, type, size = 0 } = entry.header;
      let opened = false;
      const open = async () => {
        opened = true;
        return Readable.from(entry);
      };
      yield { name, kind: TAR_KINDS[type ?? ''] ?? 'device', bytes: size, share: source.bytesRead / bytes, open };
      if (!opened) entry.resume();
    }
  } finally {
    for (const part of parts) part.destroy();
  }
}

/** A tar file ends with blocks of zeros; without a checksum over it, this is how one shows that was cut between two entries. */
async function requireTarEnd(path: string, bytes: number): Promise<void> {
  const end = Buffer.alloc(TAR_END, 1);
  const file = await open(path, 'r');
  try {
    await file.read(end, 0, TAR_END, Math.max(0, bytes - TAR_END));
  } finally {
    await file.close();
  }
  if (end.some((byte) => byte !== 0)) throw new Error('the end of the archive is missing');
}

const LINK = 0o120000;
const FILE_TYPE = 0o170000;

async function* zipEntries(path: string): AsyncGenerator<ArchiveEntry> {
  const zip = await openPromise(path, { strictFileNames: false });
  try {
    const total = zip.entryCount;
    let done = 0;
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, uncompressedSize: bytes } = entry;
      const isLink = ((entry.externalFileAttributes >>> 16) & FILE_TYPE) === LINK;
      const kind = isLink ? 'link' : name.endsWith('/') ? 'folder' : 'file';
      const open = async () => {
        requireReadable(entry, path);
        return (await zip.openReadStreamPromise(entry)).pipe(checked(entry));
      };
      yield { name, kind, bytes, share: done++ / total, open };
    }
  } finally {
    zip.close();
  }
}

const METHODS: readonly number[] = [0, 8];

function requireReadable(entry: ZipEntry, path: string): void {
  if (entry.isEncrypted()) {
    const message = `${path} is locked by a password (${entry.fileName}). Unpack it with a program that asks for it, and choose the folder.`;
    throw new LabError('bad-input', message, { field: 'folder' });
  }
  if (METHODS.includes(entry.compressionMethod)) return;
  const message = `${path} is compressed by a method that Magnilab does not know (${entry.compressionMethod}, ${entry.fileName}). Unpack it with another program, and choose the folder.`;
  throw new LabError('bad-input', message, { field: 'folder' });
}

/** Holds what is read to the checksum that a zip file has of every entry. */
function checked({ crc32: expected, fileName }: ZipEntry): Transform {
  let sum = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush: (done) => done(sum === expected ? null : new Error(`the checksum of ${fileName} does not match`)),
  });
}
