import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { buildPageIfNeeded } from '../../main/host/build-page.ts';
import { serveLab } from '../../main/host/serve.ts';
import type { Lab } from '../../main/lab/lab.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../scripts/browser.js';
import { Random } from '../../shared/domain/random.ts';
import type { Campaign } from './campaign.ts';
import { inFolder, labHere, taskEnded, tinyPlan } from './world.ts';

/** What the payloads set when they run. */
const TRACE = '__payload';
const RUN = `globalThis.${TRACE}=1`;

/** As patients and as names of files. The first three try the ways that differ most. */
const PAYLOADS = [
  `<img src=x onerror=${RUN}>`,
  `"><script>${RUN}</script>`,
  `{{constructor.constructor('${RUN}')()}}`,
  `' onmouseover=${RUN} x='`,
  `" onfocus="${RUN}" autofocus="`,
  `</style><svg onload=${RUN}>`,
  `</title><body onload=${RUN}>`,
  `<iframe srcdoc="<script>parent.${TRACE}=1</script>">`,
  `<a href="javascript:${RUN}">x</a>`,
  `javascript:${RUN}`,
  `<link rel=stylesheet href=http://192.0.2.1/x.css>`,
  `url(http://192.0.2.1/x.png)`,
  `\${${RUN}}`,
  `@:app.title {count} | a | b`,
  `%s %d %n %c`,
  `=cmd|' ,C calc'!A0`,
  `@SUM(1+1)*cmd`,
  `\u202egnp.tneitap`,
  `\u2066left\u2069 \u200bzero\u200d`,
  `\u001b[31mred\u001b[0m\u001b]0;title\u0007`,
  'null',
  'undefined',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  '👩🏽‍⚕️🔬🇩🇪',
  'Z͑ͫa̴l͢g̕o',
  '患者 пациент مريض',
  'x'.repeat(150),
  '&lt;b&gt;&amp;&#60;',
  '<!-- -->',
];

/** Names that try to become script, markup, addresses or formulas, on every screen of the page in a real browser. */
export const names: Campaign = {
  name: 'names as payloads',
  unit: 'payloads',
  short: 3,
  full: PAYLOADS.length,
  run: async (count) => {
    const executablePath = findChromium();
    if (!executablePath) return { count: 0, findings: [], skipped: 'it needs Chromium' };
    await buildPageIfNeeded(() => {});
    return inFolder(async (folder) => {
      const payloads = PAYLOADS.slice(0, count);
      const lab = labHere(join(folder, 'state'));
      const served = await serveLab(lab, 0);
      const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
      const findings: string[] = [];
      try {
        const report = await hostileStudy(lab, folder, payloads);
        const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
        const page = await watched(context, new URL(served.url).origin, report, findings);
        await page.goto(served.url);
        await visitScreens(page, payloads, findings);
        await page.goto(pathToFileURL(report).href);
        await expectNoTrace(page, 'the report', findings);
      } catch (error) {
        findings.push(String(error));
      } finally {
        await browser.close();
        await served.close();
        await lab.close();
      }
      return { count: payloads.length, findings };
    });
  },
};

/** A finished study of images, patients, a project and damaged files that carry the payloads. @returns its report */
async function hostileStudy(lab: Lab, folder: string, payloads: readonly string[]): Promise<string> {
  const data = join(folder, fileName(payloads.at(-1)!)); // the report names the data set
  const csv = await hostileData(data, payloads);
  const { folder: project } = await lab.services['projects.create']({ name: 'Hostile', folder });
  await lab.services['projects.close']({});
  await lab.services['projects.open']({ folder: await renamed(project, payloads[0]) });
  const { task } = await lab.services['dataset.index']({ folder: data, csv, verify: false });
  await taskEnded(lab, task);
  for (const payload of payloads) {
    const file = join(lab.session.project.paths.plans, `${fileName(payload)}.json`);
    await writeFile(file, JSON.stringify({ format: 1, name: payload }));
  }
  const plan = tinyPlan(data, {
    name: 'constructor',
    dataset: { folder: data, csv },
    trainSets: [40],
    testMagnifications: [40],
    training: { epochs: 1, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 },
  });
  await lab.services['studies.start']({ plan });
  await lab.queue.whenIdle();
  const { folder: out } = await lab.services['reports.export']({ study: plan.name });
  return join(out, 'report.html');
}

async function renamed(project: string, payload: string): Promise<string> {
  const to = join(project, '..', `${fileName(payload)}.magnilab`);
  await rename(project, to);
  return to;
}

/** Every payload is a patient with two images, and the name of a file that is no image. @returns the table */
async function hostileData(folder: string, payloads: readonly string[]): Promise<string> {
  await mkdir(folder);
  const random = new Random(1, payloads.length);
  const patients = [...payloads, ...Array.from({ length: 9 }, (_, i) => `Patient ${i}`)];
  const rows = [['path', 'label', 'magnification', 'patient']];
  for (const [i, patient] of patients.entries()) {
    for (const part of ['a', 'b']) {
      const name = `${fileName(patient)} ${part}.png`;
      const pixels = Buffer.from(Array.from({ length: 96 * 64 * 3 }, () => Math.floor(random.next() * 256)));
      await writeFile(
        join(folder, name),
        await sharp(pixels, { raw: { width: 96, height: 64, channels: 3 } })
          .png()
          .toBuffer(),
      );
      rows.push([name, i % 2 === 0 ? 'benign' : 'malignant', '40', patient]);
    }
    await writeFile(join(folder, `${fileName(patient)} broken.png`), patient);
    rows.push([`${fileName(patient)} broken.png`, 'benign', '40', patient], [`${patient} absent`, patient, patient, patient]);
  }
  const csv = join(folder, 'table.csv');
  await writeFile(csv, rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n'));
  return csv;
}

/** As much of a payload as a name of a file may hold, here and on other systems' disks under Linux. */
function fileName(payload: string): string {
  return payload.replaceAll('/', '\u2215').slice(0, 100);
}

/** A page on which every sign of a payload that took effect becomes a finding. */
async function watched(context: BrowserContext, origin: string, report: string, findings: string[]): Promise<Page> {
  const allowed = [`${origin}/`, `${origin.replace('http', 'ws')}/`, 'data:', 'blob:', 'about:', pathToFileURL(report).href];
  const reached = (url: string) => {
    if (!allowed.some((start) => url.startsWith(start))) findings.push(`a request went to ${url}`);
  };
  context.on('request', (request) => reached(request.url()));
  const page = await context.newPage();
  page.on('websocket', (socket) => reached(socket.url()));
  page.on('pageerror', (error) => findings.push(`the page failed: ${error.message}`));
  page.on('popup', (popup) => findings.push(`a window opened: ${popup.url()}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') findings.push(`on the console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    findings.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return page;
}

async function visitScreens(page: Page, payloads: readonly string[], findings: string[]): Promise<void> {
  const see = async (screen: string, ready: string) => {
    await page.evaluate(`location.hash = '#/${screen}'`);
    await page.locator(ready).first().waitFor({ timeout: 60_000 });
    await expectNoTrace(page, `the screen "${screen}"`, findings);
  };
  await see('', '.hero');
  await see('data', '.strip th');
  await expectShown(page, 'the data screen', payloads, findings);
  for (const summary of await page.locator('.groups summary').all()) await summary.click();
  for (const patient of await page.locator('.strip .square').all()) await patient.hover({ force: true, timeout: 5000 });
  await page.locator('.tile').first().click();
  for (let i = 0; i < 2 * payloads.length; i++) await page.keyboard.press('ArrowRight');
  await expectNoTrace(page, 'the viewer of images', findings);
  await page.keyboard.press('Escape');
  await see('plan', '.strip th');
  await see('run', 'table');
  await see('results', '.tabular');
  const cells = page.getByRole('button', { name: /^Truth \w+, predicted \w+: [1-9]/ });
  await cells.first().waitFor({ timeout: 60_000 });
  for (const cell of await cells.all()) {
    await cell.click();
    await page.getByRole('dialog').locator('.tile').first().click();
    await page.keyboard.press('ArrowRight');
    await expectNoTrace(page, 'the images of a square', findings);
    for (let i = 0; i < 2; i++) await page.keyboard.press('Escape');
    await page.getByRole('dialog').first().waitFor({ state: 'hidden', timeout: 60_000 });
  }
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.frameLocator('iframe').locator('h1').waitFor({ timeout: 60_000 });
  await expectNoTrace(page, "the report's preview", findings);
  await page.keyboard.press('Escape');
  await see('settings', 'dl');
}

/** Payloads are patients: each is somewhere on the page as just the text that it is. */
async function expectShown(page: Page, where: string, payloads: readonly string[], findings: string[]): Promise<void> {
  const text = await page.locator('body').evaluate((body) => body.textContent);
  for (const payload of payloads) if (!text.includes(payload)) findings.push(`${where} does not show ${JSON.stringify(payload)}`);
}

async function expectNoTrace(page: Page, where: string, findings: string[]): Promise<void> {
  for (const frame of page.frames()) {
    const ran = await frame.evaluate(`typeof globalThis.${TRACE}`).catch(() => 'undefined'); // a frame without scripts runs none
    if (ran !== 'undefined') findings.push(`${where}: a payload ran`);
  }
}
