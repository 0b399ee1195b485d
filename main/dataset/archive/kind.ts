import { open, stat } from 'node:fs/promises';
import { LabError } from '../../../shared/contract/errors.ts';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

/** What a zip file may begin with after "PK": a file, its end where it is empty, or a part. */
const ZIP_PARTS: readonly number[] = [0x0403, 0x0605, 0x0807];
/** Bytes at which a tar file says what it is, and how many make a block of it. */
const USTAR = { at: 257, text: 'ustar' } as const;
const BLOCK = 512;

/**
 * What an archive is by its first bytes, whatever its name says.
 * @throws LabError "not-found", "damaged-file" for an empty file or one that is no archive
 */
export async function archiveKind(path: string): Promise<{ kind: ArchiveKind; bytes: number; modifiedAt: number }> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new LabError('not-found', `The archive ${path} could not be read (${error.code}). Check the path.`, {
      field: 'folder',
    });
  });
  const { size: bytes, mtimeMs: modifiedAt } = info;
  if (bytes === 0) throw noArchive(path, 'it is empty');
  const head = Buffer.alloc(BLOCK);
  const file = await open(path, 'r');
  try {
    await file.read(head, 0, BLOCK, 0);
  } finally {
    await file.close();
  }
  return { kind: kindOf(head, path), bytes, modifiedAt };
}

function kindOf(head: Buffer, path: string): ArchiveKind {
  if (head.readUInt16BE(0) === 0x1f8b) return 'tar.gz';
  if (head.toString('latin1', 0, 2) === 'PK' && ZIP_PARTS.includes(head.readUInt16LE(2))) return 'zip';
  if (head.toString('latin1', USTAR.at, USTAR.at + USTAR.text.length) === USTAR.text) return 'tar';
  if (/^\s*<(!doctype|html)/i.test(head.toString('latin1')))
    throw noArchive(path, 'it is a web page, as a download that needs a login or an address that moved leaves one');
  if (/\.tar$/i.test(path) && /^[ 0-7]{6,8}/.test(head.toString('latin1', 148, 156))) return 'tar'; // of before 1988
  throw noArchive(path, 'it is no archive of the kind that its name says');
}

function noArchive(path: string, why: string): LabError {
  return new LabError('damaged-file', `${path} cannot be unpacked: ${why}. Download it again.`, { path, field: 'folder' });
}
