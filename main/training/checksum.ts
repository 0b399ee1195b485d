import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { LabError } from '../../shared/contract/errors.ts';
import type { SafetensorsFile } from '../models/safetensors.ts';

const KEY = 'magnilab_checksum';

/** The file with a checksum of its own in its metadata: of every name, shape, value and of the rest of the metadata. */
export function withChecksum(file: SafetensorsFile): SafetensorsFile {
  return { ...file, metadata: { ...file.metadata, [KEY]: checksumOf(file) } };
}

/**
 * Makes sure that a file is what was written. Files of others, and of Magnilab before checksums, have none.
 * @param name of the file, for errors
 * @throws LabError "damaged-file"
 */
export function requireChecksum(file: SafetensorsFile, name: string): void {
  const { [KEY]: stored, ...metadata } = file.metadata;
  if (stored === undefined || stored === checksumOf({ ...file, metadata })) return;
  const message = `${name} was changed or damaged after it was written: its checksum does not match. Copy it again from where it is whole; a trial trains anew when both checkpoints in its folder are deleted.`;
  throw new LabError('damaged-file', message, { path: name });
}

/** The values by CRC-32, which keeps up with the disk; everything together by SHA-256. */
function checksumOf({ tensors, metadata }: SafetensorsFile): string {
  const entries = [...tensors].map(([name, { dtype, shape, values }]) => {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    return [name, dtype, shape, crc32(bytes)] as const;
  });
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([sorted, entries.sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('hex');
}
