import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { hashFile } from '../../main/platform/atomic.ts';
import type { RuntimeRecord } from '../../main/runtime/find.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { probeRuntime } from '../../main/runtime/doctor.ts';

const run = promisify(execFile);
const LICENCES = 'deps/licenses';

/**
 * The runtime as a package brings it along: TensorFlow's libraries without their symbols, the addon built on this machine, TensorFlow's
 * notices, and a record with the length and hash of each. It has been loaded before this returns.
 * @param into the folder to fill; what was there is taken away
 * @throws Error where it does not load
 */
export async function stageRuntime(into: string): Promise<void> {
  let runtime = await installRuntime({ device: 'cpu' });
  if (runtime.record.source === 'wheel' && (await licencesOf(runtime.folder)).length === 0)
    runtime = await installRuntime({ device: 'cpu', force: true }); // an older version installed it, and kept none
  await rm(into, { recursive: true, force: true });
  const { files: _files, ...facts } = runtime.record;
  const files: Record<string, number> = {};
  const sha256: Record<string, string> = {};
  const names = Object.keys(runtime.record.files).filter((name) => !/\/libtensorflow(_framework)?\.so$/.test(name)); // links of older installs
  for (const name of [...names, ...(await licencesOf(runtime.folder))]) {
    const path = join(into, name);
    await mkdir(dirname(path), { recursive: true });
    await copyFile(join(runtime.folder, name), path);
    if (process.platform === 'linux' && /\.so(\.\d+)*$|\.node$/.test(name)) await run('strip', ['--strip-unneeded', path]);
    files[name] = (await stat(path)).size;
    sha256[name] = await hashFile(path);
  }
  const record: RuntimeRecord = { ...facts, files, sha256 };
  await writeFile(join(into, 'runtime.json'), `${JSON.stringify(record, null, 2)}\n`);
  const answer = await probeRuntime(into);
  if (!answer.ok) throw new Error(`The staged runtime does not load: ${answer.message}`);
}

/** The licences of TensorFlow and of all that is in it, which go where it goes. */
async function licencesOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, LICENCES), { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
