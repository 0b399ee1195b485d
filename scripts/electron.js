// Where Electron's runtime is. Its package holds only a downloader, which does not run when the packages are installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));

/** @returns {string | null} path of the executable, or null when it was not downloaded */
export function findElectron() {
  const own = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const record = join(folder, 'path.txt');
  const name = existsSync(record) ? readFileSync(record, 'utf8').trim() : own && defaultName();
  const path = name && join(own ?? join(folder, 'dist'), name);
  return path && existsSync(path) ? path : null;
}

/** Tries once to download the runtime, quietly. */
export function downloadElectron() {
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 60_000, killSignal: 'SIGKILL' });
  return findElectron();
}

function defaultName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}
