import { join } from 'node:path';
import { hashFile } from '../platform/atomic.ts';
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
    if ((await hashFile(join(folder, file))) !== expected) faults.push(`${file} is damaged: its content is not what was packed`);
  }
  return faults;
}
