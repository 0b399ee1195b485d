/**
 * `npm run dist [-- --standin] [--targets deb,AppImage] [--no-server]`: packages that hold everything, in `dist/`, for the system that
 * this runs on: the app, TensorFlow with the addon built here, notices, bill of materials. With `--standin` Node stands in for
 * Electron's executable: no window, and all the rest, for tests on machines that cannot have it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hashFile } from '../main/platform/atomic.ts';
import { makeAppImageTools } from './dist/appimage-tools.ts';
import { drawIcons } from './dist/icons.ts';
import { billOfMaterials, noticesText } from './dist/papers.ts';
import { stageRuntime } from './dist/runtime.ts';
import { packServer } from './dist/server.ts';
import { makeStandin } from './dist/standin.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const [build, dist] = [join(root, 'build'), join(root, 'dist')];
const modules = join(root, 'node_modules');
const { values } = parseArgs({
  options: {
    standin: { type: 'boolean', default: false },
    targets: { type: 'string' },
    server: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const started = performance.now();
const say = (text: string) => console.log(`${Math.round((performance.now() - started) / 1000)} s  ${text}`);

await rm(dist, { recursive: true, force: true });
await mkdir(build, { recursive: true });
say('building the app');
await run(join(modules, 'electron-vite/bin/electron-vite.js'), ['build', '--logLevel', 'warn']);
say('staging TensorFlow');
await stageRuntime(join(build, 'runtime'));
say('writing notices and bill of materials');
await writeFile(join(build, 'THIRD_PARTY_NOTICES.txt'), await noticesText(root));
await writeFile(join(build, 'sbom.cdx.json'), await billOfMaterials(root));
await writeFile(join(build, 'release.json'), JSON.stringify({ version, releases: process.env.MAGNILAB_RELEASES ?? null }));
await drawIcons(join(root, 'resources/icons/icon.svg'), join(build, 'icons'));
await writeScripts();

const args = ['--publish', 'never', ...targetArgs(), ...signingArgs()];
const env: NodeJS.ProcessEnv = {};
if (values.standin) {
  await makeStandin(join(build, 'standin'), process.execPath, root);
  args.push(`-c.electronDist=${join(build, 'standin')}`);
  env.CUSTOM_FPM_PATH = join(root, 'scripts/dist/fpm-standin.js');
  await makeAppImageTools(join(build, 'appimage-tools'));
  env.APPIMAGE_TOOLS_PATH = join(build, 'appimage-tools');
}
say('packing');
await run(createRequire(import.meta.url).resolve('electron-builder/cli.js'), args, env);
if (values.server && process.platform === 'linux') {
  say('packing for machines without a screen');
  const archive = join(dist, `magnilab-server-${version}-linux-${process.arch}.tar.gz`);
  await packServer(join(dist, 'linux-unpacked'), process.execPath, archive);
}
const packages = (await readdir(dist)).filter((name) => /\.(deb|AppImage|tar\.gz|exe|dmg)$/.test(name)).sort();
const sums = await Promise.all(packages.map(async (name) => `${await hashFile(join(dist, name))}  ${name}\n`));
await writeFile(join(dist, 'SHA256SUMS'), sums.join(''));
say(`${packages.join(', ')} and SHA256SUMS are in dist/`);

function targetArgs(): string[] {
  const squash = existsSync('/usr/bin/mksquashfs') && existsSync('/usr/bin/desktop-file-validate') ? ['AppImage'] : [];
  const targets = values.targets?.split(',') ?? (values.standin ? ['deb', ...squash] : []);
  return targets.length === 0 ? [] : [{ win32: '--win', darwin: '--mac' }[process.platform as string] ?? '--linux', ...targets];
}

/** Packages are signed where the environment says by whom; docs/packaging.md lists what it must say. */
function signingArgs(): string[] {
  const { APPLE_API_KEY, MAGNILAB_AZURE_SIGN } = process.env;
  if (process.platform === 'darwin') return [`-c.mac.notarize=${Boolean(APPLE_API_KEY)}`];
  if (process.platform !== 'win32' || !MAGNILAB_AZURE_SIGN) return [];
  const account = JSON.parse(MAGNILAB_AZURE_SIGN) as Record<string, string>;
  return Object.entries(account).map(([name, value]) => `-c.win.azureSignOptions.${name}=${value}`);
}

/** What a deb does when it is installed and removed: electron-builder's own scripts, and the link to the command line. */
async function writeScripts(): Promise<void> {
  const templates = join(dirname(createRequire(import.meta.url).resolve('app-builder-lib/package.json')), 'templates/linux');
  const link = '/usr/bin/magnilab';
  const target = '/opt/${sanitizedProductName}/resources/bin/magnilab';
  // another's file of that name stays
  const isOurs = `[ "$(readlink '${link}')" = '${target}' ]`;
  const more = {
    'after-install': `if [ ! -e '${link}' ] || ${isOurs}; then ln -sf '${target}' '${link}'; else echo '${link} is not of this package and stays'; fi`,
    'after-remove': `if ${isOurs} && [ ! -e '${target}' ]; then rm -f '${link}'; fi`,
  };
  for (const [name, lines] of Object.entries(more)) {
    const own = await readFile(join(templates, `${name}.tpl`), 'utf8');
    await writeFile(join(build, `${name}.sh`), `${own.trimEnd()}\n\n# the command line\n${lines}\n`);
    await chmod(join(build, `${name}.sh`), 0o755);
  }
}

/** Runs a program of node_modules with this Node. @throws Error where it fails */
async function run(program: string, programArgs: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(process.execPath, [program, ...programArgs], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...more },
  });
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}
