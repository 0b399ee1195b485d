import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/contract/errors.ts';
import { pageFolder } from './serve.ts';

/**
 * In a checkout, builds the page when it is missing or older than its source. In the installed app it is there.
 * @throws LabError "internal" when the build fails
 */
export async function buildPageIfNeeded(log: (text: string) => void): Promise<void> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  if (!import.meta.url.endsWith('.ts') || !existsSync(vite)) return;
  const built = await stat(join(pageFolder(), 'index.html')).then(
    (s) => s.mtimeMs,
    () => 0,
  );
  const changed = Math.max(await newest(join(root, 'renderer')), await newest(join(root, 'shared')));
  if (built > changed) return;
  log('Building the page ...');
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [vite, 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new LabError('internal', `The page could not be built (vite ended with ${code}).`)),
    );
  });
}

async function newest(folder: string): Promise<number> {
  let latest = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) latest = Math.max(latest, (await stat(join(entry.parentPath, entry.name))).mtimeMs);
  }
  return latest;
}
