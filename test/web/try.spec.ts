import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { labHere, taskEnded, tinyPlan, tissue } from '../faults/world.ts';
import { expectAccessible, expectReadable } from '../helpers/web-checks.ts';
import { startWebLab, type WebLab } from '../helpers/web-lab.ts';

let folder: string;
let images: string;
let lab: WebLab;

/** A project with two finished networks, on 40x and on 400x. */
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magnilab-web-'));
  images = await tissue();
  const first = labHere(join(folder, 'state'));
  const { folder: project } = await first.services['projects.create']({ name: 'Tried', folder });
  await taskEnded(first, (await first.services['dataset.index']({ folder: images, verify: false })).task);
  await first.services['studies.start']({ plan: tinyPlan(images, { trainSets: [40, 400] }) });
  await first.queue.whenIdle();
  await first.services['projects.create']({ name: 'Empty', folder });
  await first.close();
  lab = await startWebLab('--project', project);
});

test.afterAll(async () => {
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Drops files onto the window, as from a file manager. */
async function drop(page: Page, files: readonly { name: string; bytes: Buffer }[]): Promise<void> {
  const given = files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') }));
  const dataTransfer = await page.evaluateHandle((list) => {
    const page = globalThis as unknown as {
      DataTransfer: new () => { items: { add(file: unknown): void } };
      File: new (parts: unknown[], name: string) => unknown;
    };
    const transfer = new page.DataTransfer();
    for (const { name, base64 } of list)
      transfer.items.add(new page.File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    return transfer;
  }, given);
  await page.dispatchEvent('main', 'drop', { dataTransfer });
}

test('an image from anywhere is tried: all networks answer, agreement is counted, one shows where it looked', async ({
  page,
}) => {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(lab.url);
  await page.getByRole('navigation').getByRole('link', { name: 'Try' }).click();
  await expect(page.getByText('Research use only: not for diagnosis.').first()).toBeVisible();

  const all = await readdir(images, { recursive: true });
  const file = all.find((path) => /SOB_M_.*-400-001\.png$/.test(path))!;
  const bytes = await readFile(join(images, file));
  await drop(page, [
    { name: basename(file), bytes },
    {
      name: 'field.png',
      bytes: await readFile(
        join(
          images,
          all.find((path) => /SOB_B_.*-100-001\.png$/.test(path))!,
        ),
      ),
    },
    { name: 'words.png', bytes: Buffer.from('no image') },
  ]);
  await expect(page.getByText(/^words\.png: .*no PNG, JPEG or TIFF/)).toBeVisible();

  const named = page.getByRole('region', { name: basename(file) });
  await expect(named.getByText(/of 2 networks say (malignant|benign)|divided/)).toBeVisible();
  await expect(named.getByRole('row')).toHaveCount(3); // one of them the head
  await expect(named.getByRole('row').nth(1)).toContainText('400× same magnification');
  await expect(named.getByRole('row').nth(2)).toContainText('40× other magnification');
  await expect(named.getByText('Research use only: not for diagnosis.')).toBeVisible();
  await expect(named.getByRole('img', { name: basename(file) })).toHaveJSProperty('naturalWidth', 480);

  const unnamed = page.getByRole('region', { name: 'field.png' });
  await expect(unnamed.getByRole('row').nth(1)).toContainText('magnification not known');
  await page.getByLabel('Magnification of images whose name does not say it', { exact: true }).selectOption('40×');
  await expect(unnamed.getByRole('row').nth(1)).toContainText('40× same magnification');

  await named
    .getByRole('button', { name: /^Where .* looked/ })
    .first()
    .focus();
  await page.keyboard.press('Enter');
  const viewer = page.getByRole('dialog');
  await expect(viewer.getByRole('img', { name: /^Heat map/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(viewer).toHaveCount(0);

  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' }); // colours change at once
    await expect(page.locator('html')).toHaveAttribute('data-theme', scheme);
    await expect(async () => expectReadable(page)).toPass({ timeout: 10_000 });
    await expectAccessible(page);
  }
  await page.setViewportSize({ width: 1024, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1024);

  // the lab keeps the images; what networks say of them is asked again
  await page.reload();
  await expect(named.getByText(/of 2 networks say|divided/)).toBeVisible();
  await named.getByRole('button', { name: `Remove ${basename(file)}` }).click();
  await expect(named).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('weights are added as one more network; without any network the screen says where they come from', async ({ page }) => {
  const other = await startWebLab('--project', join(folder, 'Empty.magnilab'));
  try {
    await page.goto(other.url);
    await page.getByRole('navigation').getByRole('link', { name: 'Try' }).click();
    await expect(page.getByText('No trained network yet')).toBeVisible();
    await expectAccessible(page);
    await expect(page.getByRole('main').getByRole('button', { name: 'Plan', exact: true })).toBeVisible();

    await page.getByRole('button', { name: 'Add weights…' }).click();
    await page.getByRole('button', { name: 'Choose a weights file' }).click();
    const path = page.getByRole('textbox', { name: 'Path of the folder' });
    await path.fill(join(folder, 'Tried.magnilab', 'runs', 'Tiny_convmixer_test_40x_s0'));
    await path.press('Enter');
    await page.getByRole('button', { name: 'checkpoint-best.safetensors' }).click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByText('Added weights:')).toBeVisible();

    // an image by its path on this machine
    await page.getByRole('button', { name: 'Choose a folder' }).click();
    const all = await readdir(images, { recursive: true });
    await path.fill(
      join(
        images,
        all.find((name) => name.endsWith('400X'))!,
      ),
    );
    await path.press('Enter');
    await expect(page.getByText('Nothing to choose in this folder.')).toBeVisible();
    await page.getByRole('button', { name: 'Choose this folder' }).click();
    await expect(page.getByText(/The only network that answered says/).first()).toBeVisible();
  } finally {
    await other.stop();
  }
});
