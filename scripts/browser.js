// Finds a Chromium for the browser tests, or gets one; prints where it is.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MINUTE = 60_000;

/** With which the browser is started for tests: it talks to nobody but the page. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A Chromium that starts: MAGNILAB_CHROMIUM, Playwright's own, or the system's.
 * @returns {string | null} its path
 */
export function findChromium() {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)].filter(Boolean);
  const candidates = [
    process.env.MAGNILAB_CHROMIUM,
    require('@playwright/test').chromium.executablePath(),
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find((path) => path && existsSync(path) && starts(path)) ?? null;
}

/** Some systems have a file of that name that only tells how to install the browser. */
function starts(path) {
  if (process.platform === 'win32') return true; // there --version opens a window
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

function installChromium() {
  const cli = join(dirname(require.resolve('@playwright/test/package.json')), 'cli.js');
  console.error('No Chromium was found; Playwright gets one ...');
  run(process.execPath, [cli, 'install', 'chromium'], 3 * MINUTE);
  const found = findChromium();
  if (found || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) return found;
  console.error('Playwright could not; the system installs it ...');
  run('apt-get', ['update', '-qq'], 5 * MINUTE);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], 10 * MINUTE);
  return findChromium();
}

function run(command, args, timeout) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync(command, args, { env, timeout, stdio: ['ignore', 'ignore', 'inherit'] });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const chromium = findChromium() ?? installChromium();
  if (chromium) console.log(`Browser for the tests: ${chromium}`);
  else {
    console.error(
      'The browser tests need Chromium. Install it (Debian, Ubuntu: "sudo apt-get install chromium"; elsewhere: Google Chrome), ' +
        'or name one: MAGNILAB_CHROMIUM=/path/to/chromium',
    );
    process.exitCode = 1;
  }
}
