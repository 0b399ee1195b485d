import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { largeProject } from '../../bench/large-project.ts';
import { type Plan, presetPlan } from '../../shared/contract/plan.ts';
import { complaintsOf, expectAccessible } from '../helpers/web-checks.ts';
import { startWebLab, type WebLab } from '../helpers/web-lab.ts';

/** Eight families, four magnifications, three seeds: 96 trials with made-up predictions, and an index as of BreakHis. */
test.describe.configure({ mode: 'serial' });

const NETWORKS = [
  'resnet18',
  'mobilenetv3_small_100',
  'vit_tiny_patch16_224',
  'swin_tiny_patch4_window7_224',
  'fnet2d_128_5',
  'convmixer_768_32',
  'mixer_s16_224',
  'wavemix_224_10',
];
const planOf = (data: string): Plan => {
  const plan = presetPlan('rigorous', 'Large', data);
  return { ...plan, models: NETWORKS, baselines: [], training: { ...plan.training, epochs: 20 } };
};
let folder: string;
let lab: WebLab;
let page: Page;
let complaints: readonly string[];

test.beforeAll(async ({ browser }) => {
  test.setTimeout(900_000);
  folder = await mkdtemp(join(tmpdir(), 'magnilab-large-'));
  process.env.MAGNILAB_STATE = join(folder, 'state');
  lab = await startWebLab('--project', await largeProject(folder, planOf));
  page = await browser.newPage();
  complaints = complaintsOf(page);
  await page.goto(lab.url);
});

test.afterAll(async () => {
  await page?.close();
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** How wide the page is beyond its window. */
const overhang = () => page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

test('results of 96 trials fit a narrow window, and are accessible', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Results' }).click();
  const networks = page.locator('button.network');
  await expect(networks).toHaveCount(NETWORKS.length);
  for (const width of [1440, 1024, 720]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(overhang, { message: `${width} wide`, timeout: 10_000 }).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1024, height: 640 });
  await networks.first().click();
  await expect(page.getByRole('img', { name: /ROC curves/ }).first()).toBeVisible();
  await expect.poll(overhang, { message: 'with a row open' }).toBeLessThanOrEqual(0);
  await expectAccessible(page);
});

test('the grid of 7,909 images is walked by arrow keys, row after row', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Data' }).click();
  const tiles = page.getByRole('button', { name: /^SOB_/ });
  await tiles.first().focus();
  const first = await tiles.first().getAttribute('title');
  const now = page.locator('button:focus');
  for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowDown');
  await expect(now).toHaveAttribute('title', /^SOB_/);
  await expect(now).not.toHaveAttribute('title', first!);
});

test('nothing was said on the console', () => {
  expect(complaints.filter((text) => !/Failed to load resource/.test(text))).toEqual([]); // most images of the index are not there
});
