#!/usr/bin/env node
// Does for electron-builder's deb target what fpm does, with dpkg-deb alone: for machines that cannot fetch fpm.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const options = new Map();
const depends = [];
const places = [];
for (let args = process.argv.slice(2); args.length > 0;) {
  const arg = args.shift();
  if (arg === '-d' || arg === '--depends') depends.push(args.shift());
  else if (arg === '-s' || arg === '-t') args.shift(); // from a folder, to deb
  else if (arg === '--force') continue;
  else if (arg.startsWith('-')) {
    const [name, value] = arg.split(/=(.*)/s);
    options.set(name, value ?? args.shift());
  } else places.push(arg.split('='));
}
const option = (name) => {
  if (!options.has(name)) throw new Error(`fpm's option ${name} is missing: ${[...options.keys()].join(' ')}`);
  return options.get(name);
};

const root = mkdtempSync(join(tmpdir(), 'magnilab-deb-'));
try {
  const control = join(root, 'DEBIAN');
  mkdirSync(control);
  for (const [from, to] of places) {
    const target = join(root, to);
    mkdirSync(dirname(target), { recursive: true });
    if (from.endsWith('/')) {
      mkdirSync(target, { recursive: true });
      execFileSync('cp', ['-a', `${from}.`, target]);
    } else copyFileSync(from, target);
  }
  const kilobytes = execFileSync('du', ['-sk', root]).toString().split('\t')[0];
  const lines = {
    Package: option('--name'),
    Version: option('--version'),
    Architecture: option('--architecture'),
    Maintainer: option('--maintainer'),
    'Installed-Size': kilobytes,
    ...(depends.length > 0 && { Depends: depends.join(', ') }),
    Section: options.get('--category') ?? 'science',
    Priority: 'optional',
    Homepage: option('--url'),
    Description: option('--description').replaceAll(/\n+/g, '\n '),
  };
  writeFileSync(join(control, 'control'), Object.entries(lines).map(([name, value]) => `${name}: ${value}\n`).join('')); // prettier-ignore
  for (const [name, file] of [['--after-install', 'postinst'], ['--after-remove', 'postrm']]) { // prettier-ignore
    if (!options.has(name)) continue;
    copyFileSync(options.get(name), join(control, file));
    chmodSync(join(control, file), 0o755);
  }
  rmSync(option('--package'), { force: true });
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z3', '--build', root, option('--package')], { stdio: 'inherit' });
} finally {
  rmSync(root, { recursive: true, force: true });
}
