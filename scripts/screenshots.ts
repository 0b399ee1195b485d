/**
 * `npm run screenshots [-- PROJECT]`: the pictures of README and docs, made anew from a project with a finished study of two or more
 * networks; by default the one that `npm run demo` leaves. Pictures are 1440 wide.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import sharp from 'sharp';
import { startWebLab } from '../test/helpers/web-lab.ts';
import { CHROMIUM_FLAGS, findChromium } from './browser.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const [project = join(root, 'demo/Demo.magnilab')] = argv.slice(2);
if (!existsSync(project)) {
  console.error(`There is no project ${project}. Run "npm run demo" before, or name one.`);
  process.exit(2);
}
/** few colours are enough, and a third of the bytes */
const QUALITY = 90;
const size = { width: 1440, height: 900 };
const settled = (page: Page) => page.waitForTimeout(1200); // pictures and charts come after the text

const lab = await startWebLab('--project', project);
const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: CHROMIUM_FLAGS });
try {
  const page = await (await browser.newContext({ viewport: size, colorScheme: 'light' })).newPage();
  await page.goto(lab.url);
  const go = async (screen: string) => {
    await page.getByRole('navigation').getByRole('link', { name: screen }).click();
    await settled(page);
  };
  const shoot = async (name: string, height = size.height) => {
    await page.setViewportSize({ ...size, height });
    await settled(page);
    const picture = await page.screenshot();
    await sharp(picture)
      .png({ palette: true, quality: QUALITY })
      .toFile(join(root, 'docs/pictures', `${name}.png`));
    console.log(`docs/pictures/${name}.png`);
    await page.setViewportSize(size);
  };
  await go('Results');
  await page.locator('button.network').first().click();
  await shoot('results', 1240);
  await page.locator('button.network').first().click();
  // a case that the first network answers wrongly somewhere
  await page
    .getByRole('button', { name: /trained on 100×, tested on 40×/ })
    .first()
    .click();
  await page.getByRole('button', { name: /^Truth \w+, predicted \w+: [1-9]/ }).nth(1).click(); // prettier-ignore
  await page
    .getByRole('img', { name: /confidence/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'This case at every magnification' }).click();
  const viewer = page.getByRole('dialog').last();
  await viewer.getByRole('combobox').selectOption({ index: 1 });
  await viewer.getByLabel('Where the network looked').check();
  await viewer
    .getByRole('img', { name: /^Heat map/ })
    .nth(3)
    .waitFor({ timeout: 60_000 });
  await page.mouse.move(0, 0);
  await shoot('case', 760);
  for (let i = 0; i < 3; i++) await page.keyboard.press('Escape');
  await go('Plan');
  await shoot('plan', 1000);
  await go('Data');
  await shoot('data', 1000);
} finally {
  await browser.close();
  await lab.stop();
}
