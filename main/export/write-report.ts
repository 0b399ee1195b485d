import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashFile, writeAtomically } from '../platform/atomic.ts';
import { MARK_FILE, writeOwnFolder } from '../platform/own-folder.ts';
import { documentOf } from './document/document.ts';
import type { Report, ReportContent } from './format.ts';
import { FORMATS } from './formats.ts';

const SUMS = 'SHA256SUMS';

/**
 * Writes a report's folder, whole, in the formats of its settings, with the hashes of all files. An older report in the same place is
 * replaced.
 * @returns the files, relative to the folder
 * @throws LabError "already-exists" where the folder holds anything but a report as Magnilab wrote it
 */
export async function writeReport(folder: string, content: ReportContent): Promise<string[]> {
  const { version, study } = content.data;
  const report: Report = { ...content, document: documentOf(content) };
  const hashes = new Map<string, string>();
  await writeOwnFolder(folder, { magnilab: version, kind: 'report', study: study.name }, async (partial) => {
    for (const format of FORMATS.filter(({ id }) => content.settings.formats.includes(id))) {
      await format.write(report, async (path, file) => {
        const target = join(partial, path);
        await mkdir(dirname(target), { recursive: true });
        if (typeof file === 'string') await writeAtomically(target, file);
        else if (file instanceof Uint8Array) await writeAtomically(target, Buffer.from(file));
        else await cp(file.from, target);
        hashes.set(path, await hashFile(target));
      });
    }
    const lines = [...hashes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, sha256]) => `${sha256}  ${path}\n`);
    await writeAtomically(join(partial, SUMS), lines.join(''));
  });
  return [...hashes.keys(), SUMS, MARK_FILE];
}
