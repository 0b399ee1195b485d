import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { faultsOf, readRecord } from './find.ts';

/**
 * Reads every file of a runtime whose record has hashes.
 * @returns those that are missing or are not what was packed, each with what is wrong; none where there is no record
 */
export async function damagedFiles(folder: string): Promise<string[]> {
  const record = readRecord(folder);
  if (!record) return [];
  const faults = faultsOf(folder, record);
  if (faults.length > 0) return faults;
  for (const [file, expected] of Object.entries(record.sha256 ?? {})) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, file)), hash);
    if (hash.digest('hex') !== expected) faults.push(`${file} is damaged: its content is not what was packed`);
  }
  return faults;
}
