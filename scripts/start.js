// npm start: the desktop app, or the same app in a browser where Electron's runtime or a display is missing.
// Arguments go on, e.g. npm start -- --browser --port 8080 --project /path/to/Demo.magnilab
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { downloadElectron, findElectron } from './electron.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const magnilab = join(root, 'bin/magnilab.js');
const args = process.argv.slice(2).filter((arg) => arg !== '--browser');
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

if (spawnSync(process.execPath, [magnilab, 'runtime', 'install'], { stdio: 'inherit' }).status !== 0)
  console.error('Going on without TensorFlow: data and plans work, trials do not. The Start screen can install it.');

process.exitCode = (await openDesktop()) ?? (await openServed());

/** @returns {Promise<number | null>} exit code, or null where the desktop app cannot be opened */
async function openDesktop() {
  if (process.argv.includes('--browser')) return null;
  if (!hasDisplay) return without('This machine has no display');
  if (!findElectron()) console.error("Getting Electron's runtime (at most a minute) ...");
  const electron = findElectron() ?? downloadElectron();
  if (!electron) return without("Electron's runtime cannot be had here (it is downloaded from the open internet)");
  const build = [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn'];
  if (spawnSync(process.execPath, build, { cwd: root, stdio: 'inherit' }).status !== 0) return 1;
  const started = Date.now();
  const code = await ended(spawn(electron, [root, ...args], { stdio: 'inherit' }));
  const failedAtOnce = code !== 0 && Date.now() - started < 5000;
  return failedAtOnce ? without('Electron could not start here') : code;
}

function without(reason) {
  console.error(`${reason}: Magnilab opens in the browser instead. It is the same app.`);
  return null;
}

async function openServed() {
  const child = spawn(process.execPath, [magnilab, 'serve', '--json', ...args], { stdio: ['inherit', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => {
    const before = out;
    out += chunk;
    if (before.includes('}') || !out.includes('}')) return;
    const { url, error } = JSON.parse(out);
    if (error) return; // the message is on stderr
    console.log(
      `Magnilab is served at ${url}\nThe address opens one browser on this machine; Enter gives another. Ctrl+C ends it; trials can be resumed.`,
    );
    if (hasDisplay) openBrowser(url);
  });
  return ended(child);
}

function openBrowser(url) {
  const [command, ...first] = { darwin: ['open'], win32: ['cmd', '/c', 'start', '""'] }[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...first, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {}); // no default browser: the address is printed
  child.unref();
}

/** Waits for a child and lets it end in its own way when this process is told to. */
function ended(child) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
