import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, expect, type Page, test } from '@playwright/test';
import { findElectron } from '../../scripts/electron.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const electron = findElectron();
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const reason = !electron ? 'no Electron runtime' : !hasDisplay ? 'no display' : null;
if (reason) console.log(`skipped: ${reason}`);
test.skip(reason !== null, `skipped: ${reason}`);

let folder: string;
let app: ElectronApplication;
let page: Page;

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magnilab-e2e-'));
  await open();
});
test.afterEach(async () => {
  await app.close().catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

/** The app with folders of its own. */
async function open(...args: string[]): Promise<void> {
  const env = {
    ...(process.env as Record<string, string>),
    MAGNILAB_STATE: join(folder, 'state'),
    MAGNILAB_CACHE: join(folder, 'cache'),
    MAGNILAB_PROJECTS: join(folder, 'projects'),
  };
  app = await _electron.launch({ executablePath: electron!, args: [root, ...args], env });
  page = await app.firstWindow();
  await page.waitForLoadState('load');
}

/** Presses a menu item by its label, as its accelerator does. */
async function press(label: string): Promise<void> {
  await app.evaluate(({ Menu }, wanted) => {
    const all = (items: Electron.MenuItem[]): Electron.MenuItem[] => items.flatMap((i) => [i, ...all(i.submenu?.items ?? [])]);
    const item = all(Menu.getApplicationMenu()!.items).find((i) => i.label.replaceAll('&', '') === wanted);
    if (!item) throw new Error(`no menu item "${wanted}"`);
    item.click();
  }, label);
}

const windowTitle = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getTitle());

test('opens the page over app:// in a sandbox, connected to the lab', async () => {
  expect(page.url()).toMatch(/^app:\/\/lab\//);
  const found = await page.evaluate(
    '({ desktop: window.magnilabDesktop, pathOf: window.magnilabPathOf(new File([], "x")), require: typeof require, process: typeof process })',
  );
  expect(found).toEqual({ desktop: true, pathOf: '', require: 'undefined', process: 'undefined' });
  await expect(page.getByRole('main')).toBeVisible();
  expect(await windowTitle()).toBe('Magnilab');
});

test('has no network and opens no window', async () => {
  const fetched = await page.evaluate(() =>
    fetch('https://example.org/').then(
      () => 'answered',
      () => 'refused',
    ),
  );
  expect(fetched).toBe('refused');
  await page.evaluate("void window.open('file:///etc/passwd')");
  expect(app.windows()).toHaveLength(1);
  const status = await page.evaluate(async () => (await fetch('app://lab/..%2f..%2fpackage.json')).status);
  expect(status).toBe(404);
});

test('makes a project from the menu, connects again after a reload, and frees the project when it ends', async () => {
  const path = join(folder, 'Lungs.magnilab');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, path);
  await press('New Project…');
  await expect.poll(windowTitle).toBe('Lungs - Magnilab');
  await expect.poll(() => page.url()).toContain('#/data');
  expect(existsSync(join(path, 'lab.sqlite'))).toBe(true);
  await page.reload();
  await expect(page.getByRole('main')).toBeVisible();
  await app.close();
  await open(path);
  await expect.poll(windowTitle).toBe('Lungs - Magnilab');
});
