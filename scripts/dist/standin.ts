import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How Electron marks the place of its fuses in its executable, and how many there are: the command line reads and sets them here. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_VERSION = 1;
const FUSES = 9;
const ON = '1';

/**
 * A folder that stands where Electron's would: Node under Electron's name, with a row of fuses. Packages made with it have no window,
 * and everything else: they are built and tested where Electron's executable cannot be had.
 * @param folder to fill @param node Node's executable @param root of the checkout
 */
export async function makeStandin(folder: string, node: string, root: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const name of ['resources', 'locales']) await mkdir(join(folder, name), { recursive: true });
  const wire = Buffer.concat([Buffer.from(FUSE_SENTINEL), Buffer.from([FUSE_VERSION, FUSES]), Buffer.from(ON.repeat(FUSES))]);
  const executable = join(folder, 'electron');
  await writeFile(executable, Buffer.concat([await readFile(node), wire]));
  await chmod(executable, 0o755);
  await writeFile(join(folder, 'locales', 'en-US.pak'), '');
  await writeFile(join(folder, 'version'), electronVersion(await readFile(join(root, 'package.json'), 'utf8')));
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await writeFile(join(folder, 'LICENSES.chromium.html'), 'This package was made without Chromium.\n');
}

export function electronVersion(packageJson: string): string {
  return (JSON.parse(packageJson) as { devDependencies: { electron: string } }).devDependencies.electron;
}
