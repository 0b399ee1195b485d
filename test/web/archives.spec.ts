import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { generateDemoTissue } from '../../main/dataset/demo-tissue.ts';
import { cacheFolder } from '../../main/platform/paths.ts';
import { tarGzOf } from '../helpers/archives.ts';
import { startWebLab } from '../helpers/web-lab.ts';
import { expectAccessible, expectReadable } from '../helpers/web-checks.ts';

test('a download is read as it is: the guide, a damaged one, a whole one, and its folder when it has gone', async ({ page }) => {
  const { folder: tissue } = await generateDemoTissue(cacheFolder('test-tissue'), { cases: 12, fieldsPerMagnification: 2 });
  const paths = (await readdir(tissue, { recursive: true })).filter((path) => /\.(png|json)$/.test(path));
  const packed = await tarGzOf(await Promise.all(paths.map(async (path) => [path, await readFile(join(tissue, path))] as const)));
  const downloads = await mkdtemp(join(tmpdir(), 'magnilab-test-'));
  await writeFile(join(downloads, 'half.tar.gz'), packed.subarray(0, packed.length / 2));
  await writeFile(join(downloads, 'tissue.tar.gz'), packed);
  const lab = await startWebLab();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  try {
    await page.goto(lab.url);
    await page.getByText('How to get BreakHis').click();
    const link = page.getByRole('link', { name: 'page of the data set' });
    await expect(link).toHaveAttribute('href', /^https:\/\/web\.inf\.ufpr\.br\/vri\//);
    await expect(link).toHaveAttribute('target', '_blank');
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Name of the new project' }).fill('Mine');
    await page.getByRole('button', { name: 'New project' }).click();
    await page.waitForURL(/#\/data/);

    await page.dispatchEvent('main', 'drop', {
      dataTransfer: await page.evaluateHandle(() => {
        const page = globalThis as unknown as {
          DataTransfer: new () => { items: { add(file: unknown): void } };
          File: new (parts: unknown[], name: string) => unknown;
        };
        const transfer = new page.DataTransfer();
        transfer.items.add(new page.File([], 'x.zip'));
        return transfer;
      }),
    });
    await expect(page.getByText('A browser does not say where a dropped file lies.')).toBeVisible();

    const choose = async (name: string) => {
      await page.getByRole('button', { name: 'Choose archive' }).click();
      const path = page.getByRole('textbox', { name: 'Path of the folder' });
      await path.fill(downloads);
      await path.press('Enter');
      await page.getByRole('button', { name, exact: true }).click();
    };
    await choose('half.tar.gz');
    await page.getByRole('button', { name: 'Unpack and read' }).click();
    await expect(page.getByText(/half\.tar\.gz is damaged or cut short/)).toBeVisible();
    expect(await readdir(lab.projects)).toEqual(['Mine.magnilab']);
    await choose('tissue.tar.gz');
    await expect(page.getByText(lab.projects, { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Unpack and read' }).click();
    await expect(page.getByRole('row', { name: /^All images/ })).toContainText('96');
    await expect(page.getByText('Demo tissue: synthetic images')).toBeVisible();
    await expect(page.getByText(join(lab.projects, 'tissue'), { exact: true })).toBeVisible();
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await expect(async () => expectReadable(page)).toPass({ timeout: 10_000 });
      await expectAccessible(page);
    }

    await rename(join(lab.projects, 'tissue'), join(lab.projects, 'moved'));
    await page.getByRole('navigation').getByRole('link', { name: 'Start' }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Data' }).click();
    await page.getByRole('button', { name: /Locate/ }).click();
    const place = page.getByRole('textbox', { name: 'Path of the folder' });
    await place.fill(join(lab.projects, 'moved'));
    await place.press('Enter');
    await page.getByRole('button', { name: 'Choose this folder' }).click();
    await expect(page.getByRole('button', { name: /Locate/ })).toHaveCount(0);
    await expect(page.getByText(join(lab.projects, 'moved'), { exact: true })).toBeVisible();
    expect(complaints).toEqual([]);
  } finally {
    await lab.stop();
    await rm(downloads, { recursive: true, force: true });
  }
});
