import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { tfjsPackageFolder } from './find.ts';
import { record, type Way } from './way.ts';

/** The package's own installer, run in a copy of the package, since the app's folder may be read-only. */
export const fromStock: Way = async (staging, device, { signal, onProgress }) => {
  onProgress?.({ phase: 'download', done: 0, total: 0 });
  for (const part of ['scripts', 'binding', 'binding.gyp', 'package.json'])
    await cp(join(tfjsPackageFolder, part), join(staging, part), { recursive: true });
  const modules = dirname(dirname(tfjsPackageFolder));
  const shims = await writeShims(join(staging, 'shims'));
  await new Promise<void>((resolve, reject) => {
    const env = {
      ...process.env,
      NODE_PATH: modules,
      PATH: [shims, process.env.PATH].join(delimiter),
      ELECTRON_RUN_AS_NODE: '1',
    };
    const child = spawn(process.execPath, ['scripts/install.js', device, 'download'], { cwd: staging, env, signal });
    let log = '';
    child.stdout.on('data', (chunk) => (log += chunk));
    child.stderr.on('data', (chunk) => (log += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`the installer ended with ${code}: ${errorLine(log)}`)),
    );
  });
  const built = (await readdir(join(staging, 'lib'), { recursive: true }).catch(() => [])).find((file) =>
    file.endsWith('tfjs_binding.node'),
  );
  if (!built) throw new Error('the installer ended without an addon');
  return record(staging, 'stock', device, '2.9.1', `lib/${built}`);
};

/**
 * The package's installer calls `node` and `node-pre-gyp` by name; the desktop app has neither on the path. Shims start both
 * with this process's own Node.
 */
async function writeShims(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const preGyp = createRequire(join(tfjsPackageFolder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  for (const [name, args] of [
    ['node', []],
    ['node-pre-gyp', [preGyp]],
  ] as const) {
    const command = [process.execPath, ...args].map((part) => `"${part}"`).join(' ');
    if (process.platform === 'win32') await writeFile(join(folder, `${name}.cmd`), `@${command} %*\r\n`);
    else await writeFile(join(folder, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  }
  return folder;
}

/** The line of an installer's log that names its error, for a message of one line. */
function errorLine(log: string): string {
  const lines = log.trim().split('\n');
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 300);
}
