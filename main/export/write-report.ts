import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../platform/atomic.ts';
import { MARK_FILE, writeOwnFolder } from '../platform/own-folder.ts';
import type { ReportContent } from './format.ts';
import { FORMATS } from './formats.ts';

/**
 * Writes a report's folder, whole, in every format. An older report in the same place is replaced.
 * @returns the files, relative to the folder
 * @throws LabError "already-exists" where the folder holds anything but a report as Magnilab wrote it
 */
export async function writeReport(folder: string, content: ReportContent): Promise<string[]> {
  const { version, study } = content.data;
  const files: string[] = [];
  await writeOwnFolder(folder, { magnilab: version, kind: 'report', study: study.name }, async (partial) => {
    for (const format of FORMATS) {
      await format.write(content, async (path, file) => {
        files.push(path);
        const target = join(partial, path);
        await mkdir(dirname(target), { recursive: true });
        if (typeof file === 'string') await writeAtomically(target, file);
        else await cp(file.from, target);
      });
    }
  });
  return [...files, MARK_FILE];
}
