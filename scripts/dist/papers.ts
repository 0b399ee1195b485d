/** What goes with a package on paper: the licences of all that is in it, and a bill of materials. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import wheels from '../../resources/runtime/wheels.json' with { type: 'json' };
import type { Lock } from '../licences-of.ts';
import { shippedPackages } from '../shipped.ts';
import { electronVersion } from './standin.ts';

const run = promisify(execFile);
const LICENCE_FILE = /^(licen[cs]e|notice|copying)([.-].*)?$/i;
const LINE = '-'.repeat(100);

/**
 * The texts of the licences of all packages that are shipped, those of the page, too.
 * @param root of the checkout, with its node_modules
 */
export async function noticesText(root: string): Promise<string> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const parts = [
    'Magnilab is licensed under the Apache License 2.0. It contains the software below.',
    'TensorFlow and what it is made of: runtime/deps/licenses. Electron and Chromium: the files beside the executable.',
  ];
  for (const { name, version, licence } of await shippedPackages()) {
    const place = Object.keys(lock.packages).find(
      (path) => path.endsWith(`node_modules/${name}`) && lock.packages[path].version === version,
    );
    const texts = place === undefined ? [] : await licenceTexts(join(root, place));
    parts.push([LINE, `${name} ${version} (${licence})`, LINE, ...texts].join('\n\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

/** Of one package; none where it is one of another system, or has no such file. */
async function licenceTexts(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => LICENCE_FILE.test(name)).sort();
  return Promise.all(names.map(async (name) => (await readFile(join(folder, name), 'utf8')).trim()));
}

interface Component {
  readonly type: 'library' | 'framework' | 'application';
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly unknown[];
}

/** The bill of materials (CycloneDX): what npm knows, and what it does not: the page's packages, TensorFlow, Electron, libvips' parts. */
export async function billOfMaterials(root: string): Promise<string> {
  const npm = process.env.npm_execpath;
  const args = ['sbom', '--omit', 'dev', '--sbom-format', 'cyclonedx'];
  const { stdout } = await (npm ? run(process.execPath, [npm, ...args], { cwd: root, maxBuffer: 64e6 }) : run('npm', args, { cwd: root, maxBuffer: 64e6 })); // prettier-ignore
  const bill = JSON.parse(stdout) as { components: Component[] };
  const known = new Set(bill.components.map(({ name, version }) => `${name} ${version}`));
  const own: Component[] = [];
  for (const { name, version, licence } of await shippedPackages()) {
    if (known.has(`${name} ${version}`)) continue;
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    own.push({ type: 'library', name, version, purl, licenses: [{ license: { name: licence } }] });
  }
  const { package: wheel } = wheels.wheels.cpu;
  own.push({ type: 'framework', name: 'TensorFlow', version: wheels.version, purl: `pkg:pypi/${wheel}@${wheels.version}` });
  const electron = electronVersion(await readFile(join(root, 'package.json'), 'utf8'));
  own.push({ type: 'framework', name: 'Electron', version: electron, purl: `pkg:npm/electron@${electron}` });
  for (const [name, version] of Object.entries(await libvipsParts(root))) own.push({ type: 'library', name, version });
  return `${JSON.stringify({ ...bill, components: [...bill.components, ...own] }, null, 1)}\n`;
}

/** What sharp's library is made of, as it says itself. */
async function libvipsParts(root: string): Promise<Record<string, string>> {
  const folder = join(root, 'node_modules', '@img');
  const found: Record<string, string> = {};
  for (const name of (await readdir(folder)).filter((own) => own.startsWith('sharp-libvips'))) {
    const text = await readFile(join(folder, name, 'versions.json'), 'utf8').catch(() => '{}');
    Object.assign(found, JSON.parse(text));
  }
  return found;
}
