import { expect, type Locator, type Page, test } from '@playwright/test';
import { expectAccessible } from '../helpers/web-checks.ts';
import { startWebLab, type WebLab } from '../helpers/web-lab.ts';

/** From an empty profile to a finished report by the keyboard alone: nothing here points at anything. */
test.describe.configure({ mode: 'serial' });

let lab: WebLab;
let page: Page;
/** More stops than any screen has. */
const MOST_TABS = 400;

test.beforeAll(async ({ browser }) => {
  lab = await startWebLab();
  page = await browser.newPage();
  await page.goto(lab.url);
});

test.afterAll(async () => {
  await page?.close();
  await lab?.stop();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const isFocused = (target: Locator) => target.evaluate((element) => element === element.ownerDocument.activeElement);

/** Goes on by Tab until the control has the focus. */
async function tabTo(target: Locator): Promise<void> {
  await expect(target).toBeEnabled();
  for (let i = 0; i < MOST_TABS; i++) {
    if (await isFocused(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${String(target)}`);
}

async function press(target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(target);
  await page.keyboard.press(key);
}

async function type(name: string, text: string): Promise<void> {
  await tabTo(page.getByRole('textbox', { name, exact: true }));
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

const uncheck = (name: string) => press(page.getByRole('checkbox', { name, exact: true }).first(), 'Space');

test('the first screen is small as it is served', async () => {
  const served = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => /\.(js|css)$/.test(name))
      .map((entry) => [entry.name, (entry as unknown as { encodedBodySize: number }).encodedBodySize] as const),
  );
  expect(served.length).toBeGreaterThan(1);
  expect(served.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(200_000);
});

test('demo tissue, drawn and read', async () => {
  test.setTimeout(300_000); // the first time on a machine, the tissue has to be drawn
  await press(button('Try with demo tissue'));
  await page.waitForURL(/#\/data/);
  await expect(page.getByText(/^No leak:/)).toBeVisible();
});

test('a plan of one training run', async () => {
  await page.keyboard.press('Alt+3');
  await expect(page.getByRole('textbox', { name: 'Name of the study' })).toHaveValue('Demo');
  await type('Name of the study', 'By keys');
  await uncheck('WaveMix');
  for (const magnification of ['40×', '100×', '400×']) await uncheck(magnification);
  await press(button('Show all settings'));
  await type('Seeds', '0');
  await type('Epochs', '2');
  await type('Warm-up epochs', '0');
  await expect(page.getByRole('complementary').getByText('1', { exact: true })).toBeVisible();
  await press(button('Run'));
  await page.waitForURL(/#\/run/);
});

test('results, a square of the matrix, and the report', async () => {
  await expect(page.getByText('Finished', { exact: true }).first()).toBeVisible({ timeout: 300_000 });
  await page.keyboard.press('Alt+5');
  const squares = page.getByRole('button', { name: /^ConvMixer-32\/3, trained on 200×, tested on/ });
  await tabTo(squares.first());
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/test=100/);
  await press(page.locator('main > header').getByRole('button', { name: 'Export report' }));
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await press(dialog.getByRole('button', { name: 'Copy methods' }));
  await expect(dialog.getByRole('status').getByText('Copied.')).toBeVisible();
  expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^We compared ConvMixer-32\/3 /);
  await press(dialog.getByRole('button', { name: 'Export report' }));
  await expect(dialog.getByText('The report is in')).toBeVisible({ timeout: 120_000 });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('German is spoken when it is chosen, and what was made before is there', async () => {
  await page.keyboard.press('Control+,');
  await press(button('Show all packages'));
  await expect(page.getByRole('row', { name: /^vue .* MIT/ })).toBeVisible();
  await expectAccessible(page);
  await press(page.getByRole('radio', { name: 'English' }), 'ArrowRight');
  await expect(page.getByRole('heading', { level: 1, name: 'Einstellungen' })).toBeVisible();
  await page.keyboard.press('Alt+5');
  await expect(page.getByRole('heading', { name: 'Die Antwort' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expectAccessible(page);
  await page.keyboard.press('Control+,');
  await press(page.getByRole('radio', { name: 'Deutsch' }), 'ArrowLeft');
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
});

test('every screen is accessible in dark and in high contrast', async () => {
  for (const media of [
    { colorScheme: 'dark' },
    { colorScheme: 'light', contrast: 'more' },
    { colorScheme: 'dark', contrast: 'more' },
  ] as const) {
    await page.emulateMedia(media);
    for (const key of ['Alt+1', 'Alt+2', 'Alt+3', 'Alt+4', 'Alt+5', 'Alt+6', 'Control+,']) {
      await page.keyboard.press(key);
      await page.waitForTimeout(300);
      await expectAccessible(page);
    }
  }
});
