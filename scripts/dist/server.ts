import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The package for machines without a screen: Node, the same app and the same runtime, and no Electron.
 * @param unpacked what electron-builder made of the app @param node Node's executable @param archive to write, NAME.tar.gz
 */
export async function packServer(unpacked: string, node: string, archive: string): Promise<void> {
  const name = basename(archive, '.tar.gz');
  const folder = join(dirname(archive), name);
  const resources = join(folder, 'resources');
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(resources, { recursive: true });
    await copyFile(node, join(folder, 'node'));
    await chmod(join(folder, 'node'), 0o755);
    const from = join(unpacked, 'resources');
    await cp(join(from, 'app.asar.unpacked'), join(resources, 'app'), { recursive: true, verbatimSymlinks: true });
    for (const part of ['runtime', 'bin', 'THIRD_PARTY_NOTICES.txt', 'sbom.cdx.json', 'release.json', 'LICENSE'])
      await cp(join(from, part), join(resources, part), { recursive: true });
    await run('tar', ['--owner=0', '--group=0', '-czf', archive, '-C', dirname(archive), name]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
