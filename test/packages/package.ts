import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

const run = promisify(execFile);

export const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');

/** A package as it lies on the disk of who installed it. */
export interface Installed {
  readonly archive: string;
  readonly folder: string;
  /** what runs: Electron's executable or its stand-in, or Node */
  readonly program: string;
  readonly resources: string;
  /** the app's own files */
  readonly app: string;
}

/** A folder that goes when the tests of the file have ended. */
export async function temporary(what: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `magnilab-${what}-`));
  folders.push(folder);
  return folder;
}
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** Unpacks the one archive of a kind in `dist/`. @throws Error where there is none */
async function unpack(
  ending: string,
  extract: (archive: string, into: string) => Promise<unknown>,
): Promise<readonly [string, string]> {
  const name = (await readdir(dist).catch(() => [])).find((own) => own.endsWith(ending));
  if (name === undefined) throw new Error(`There is no *${ending} in ${dist}. Run "npm run dist -- --standin" first.`);
  const into = await temporary('package');
  await extract(join(dist, name), into);
  return [join(dist, name), into];
}

export async function installDeb(): Promise<Installed & { readonly system: string }> {
  const [archive, system] = await unpack('.deb', (deb, into) => run('dpkg-deb', ['-x', deb, into]));
  const folder = join(system, 'opt/Magnilab');
  const resources = join(folder, 'resources');
  return { archive, system, folder, program: 'magnilab-desktop', resources, app: 'app.asar.unpacked' };
}

export async function installServer(): Promise<Installed> {
  const [archive, into] = await unpack('.tar.gz', (tar, to) => run('tar', ['-xzf', tar, '-C', to, '--strip-components=1']));
  return { archive, folder: into, program: 'node', resources: join(into, 'resources'), app: 'app' };
}

/** Every file below a folder, by its path with slashes. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export const hasSandbox = existsSync('/usr/bin/bwrap');
const HOME = '/home/u';
export const PLACE = '/opt/Magnilab';

/**
 * The command that runs a program of a package as on a machine that has nothing: no network, no path, no Node, no Python, an empty home,
 * and of the system its C library alone.
 * @param home a folder outside that is the home inside
 */
export function sandboxed({ folder }: Pick<Installed, 'folder'>, home: string, command: readonly string[]): [string, string[]] {
  const libraries = ['/lib', '/lib64', '/usr/lib/x86_64-linux-gnu', '/etc/ld.so.cache'].filter((path) => existsSync(path));
  return [
    'bwrap',
    [
      ...['--unshare-all', '--die-with-parent', '--clearenv', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
      ...libraries.flatMap((path) => ['--ro-bind', path, path]),
      ...['--ro-bind', folder, PLACE, '--bind', home, HOME, '--chdir', HOME],
      ...['--setenv', 'HOME', HOME, '--setenv', 'PATH', '/nonexistent', '--setenv', 'ELECTRON_RUN_AS_NODE', '1'],
      ...command,
    ],
  ];
}

/** The command line of a package, inside. */
export const commandLine = ({ program, app }: Installed, args: readonly string[]) => [
  `${PLACE}/${program}`,
  `${PLACE}/resources/${app}/bin/magnilab.js`,
  ...args,
];
