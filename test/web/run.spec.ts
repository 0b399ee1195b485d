import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { generateDemoTissue } from '../../main/dataset/demo-tissue.ts';
import { createLab } from '../../main/lab/lab.ts';
import { cacheFolder } from '../../main/platform/paths.ts';
import { planSchema } from '../../shared/contract/plan.ts';
import { expectAccessible } from '../helpers/web-checks.ts';
import { startWebLab, type WebLab } from '../helpers/web-lab.ts';

/** A study of 96 training runs and two small ones, watched and steered. One step a test, in one browser page. */
test.describe.configure({ mode: 'serial' });

const NETWORKS = [
  'resnet_test',
  'mobilenetv3_test',
  'vit_test',
  'swin_test',
  'fnet2d_16_2_p4',
  'convmixer_test',
  'mixer_test',
  'wavemix_32_4',
];
const STUDIES = [
  { name: 'Large', models: NETWORKS, trainSets: [40, 100, 200, 400], seeds: [0, 1, 2] },
  { name: 'Second', models: ['wavemix_32_4'], trainSets: [40, 100], seeds: [0] },
  { name: 'Third', models: ['wavemix_32_4'], trainSets: [40], seeds: [0] },
];
let folder: string;
let lab: WebLab;
let page: Page;

/** A project with the studies, none of which runs. */
async function writeProject(): Promise<string> {
  process.env.MAGNILAB_STATE = join(folder, 'state');
  const data = await generateDemoTissue(cacheFolder('test-tissue'), { cases: 12, fieldsPerMagnification: 2 });
  const own = createLab({ door: 'browser' });
  const { folder: project } = await own.services['projects.create']({ name: 'Studies', folder });
  const { task } = await own.services['dataset.index']({ folder: data.folder, verify: false });
  await expect.poll(() => own.tasks.list().find(({ id }) => id === task)?.state).toBe('finished');
  for (const study of STUDIES) {
    const training = { epochs: 40, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 };
    const plan = planSchema.parse({
      ...study,
      format: 2,
      dataset: { folder: data.folder },
      protocol: 'quick',
      inputSize: [64, 64],
      training,
    });
    await own.services['studies.start']({ plan });
    await own.services['studies.pause']({ study: study.name });
  }
  await own.close();
  return project;
}

test.beforeAll(async ({ browser }) => {
  folder = await mkdtemp(join(tmpdir(), 'magnilab-run-'));
  lab = await startWebLab('--project', await writeProject());
  page = await browser.newPage();
  await page.goto(lab.url);
  await page.getByRole('navigation').getByRole('link', { name: 'Run' }).click();
});

test.afterAll(async () => {
  await page?.close();
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

const header = () => page.locator('main > header');
const rows = () => page.locator('[data-study]');
const order = () => rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-study')));
const tile = (name: string) => page.getByRole('gridcell', { name });

async function begin(study: string): Promise<void> {
  await header().getByRole('combobox', { name: 'Study' }).selectOption(study);
  await header()
    .getByRole('button', { name: /^(Start|Resume)$/ })
    .click();
}

test('a study that waits says for which one, and stands in the queue', async () => {
  await begin('Large');
  await expect(page.getByRole('gridcell', { name: /Running/ })).toHaveCount(1);
  await begin('Second');
  await expect(page.getByText('It begins by itself when “Large” has finished.')).toBeVisible();
  await begin('Third');
  await expect(page.getByText('It begins by itself when “Second” has finished.')).toBeVisible();
  expect(await order()).toEqual(['Large', 'Second', 'Third']);
});

test('the queue is put in order by the keyboard and by the mouse', async () => {
  await page.getByRole('link', { name: 'Third', exact: true }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(order).toEqual(['Large', 'Third', 'Second']);
  await expect(page.getByText('Third is now number 2 of 3.')).toBeAttached();
  await expect(page.getByRole('link', { name: 'Third', exact: true })).toBeFocused();
  await expect(page.getByText('It begins by itself when “Large” has finished.')).toBeVisible();
  await page.getByRole('button', { name: 'Move Third down' }).click();
  await expect.poll(order).toEqual(['Large', 'Second', 'Third']);
  await rows().nth(2).dragTo(rows().nth(1));
  await expect.poll(order).toEqual(['Large', 'Third', 'Second']);
  await page.getByRole('button', { name: 'Pause Third' }).click();
  await expect(page.getByRole('button', { name: 'Resume Third' })).toBeVisible();
  await expectAccessible(page);
});

test('the board of 96 training runs fits a narrow window, and is walked by arrow keys', async () => {
  await page.getByRole('link', { name: 'Large', exact: true }).click();
  await expect(page.getByRole('gridcell')).toHaveCount(96);
  for (const width of [1440, 1024, 720]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate('document.documentElement.scrollWidth'), `${width} wide`).toBe(width);
    const boxes = await page.getByRole('gridcell').evaluateAll((all) =>
      all.map((one) => {
        const { left, top, right, bottom } = one.getBoundingClientRect();
        return { left, top, right, bottom };
      }),
    );
    const overlaps = boxes.flatMap((a, i) =>
      boxes.slice(i + 1).filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
    );
    expect(overlaps, `${width} wide`).toEqual([]);
    await expectAccessible(page);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await tile('ResNet-Mini, trained on 40×, seed 0').click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  const chosen = tile('MobileNetV3-Mini, trained on 40×, seed 1');
  await expect(chosen).toBeFocused();
  await expect(chosen).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('heading', { name: 'Curves: MobileNetV3-Mini, trained on 40×, seed 1' })).toBeVisible();
  await expect(page.getByRole('table', { name: /^MobileNetV3-Mini: test accuracy/ })).toBeVisible();
});

test('what is chosen is seen where the system chooses the colours, and in the dark', async () => {
  await page.emulateMedia({ forcedColors: 'active' });
  await expect(page.locator('[role=gridcell][aria-selected=true]')).toHaveCSS('outline-style', 'solid');
  await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: 'light' });
});

test('a trial that was cancelled is taken up again by Undo', async () => {
  const chosen = tile('MobileNetV3-Mini, trained on 40×, seed 1');
  await page.getByRole('group', { name: 'Chosen training run' }).getByRole('button', { name: 'Cancel the training run' }).click();
  await expect(page.getByText('Cancelled: MobileNetV3-Mini, trained on 40×, seed 1')).toBeVisible();
  await expect(chosen).toHaveAccessibleName(/Cancelled/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(chosen).toHaveAccessibleName(/Waiting/);
});

test('the log of the trial that runs grows, and can be copied', async () => {
  await page.getByRole('gridcell', { name: /Running/ }).click();
  await page.getByRole('group', { name: 'Chosen training run' }).getByRole('button', { name: 'Log' }).click();
  const drawer = page.getByRole('dialog', { name: /^Log: / });
  const lines = drawer.getByRole('region', { name: /^Lines of the log/ }).locator('p');
  await expect(lines.filter({ hasText: /Epoch \d+ of 40 has finished/ }).first()).toBeVisible();
  const before = await lines.count();
  await expect.poll(() => lines.count()).toBeGreaterThan(before);
  await expect(drawer.getByText(/log\.txt$/)).toBeVisible();
  await expectAccessible(page);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await drawer.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(drawer.getByText('Copied.')).toBeVisible();
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain('"type":"epoch"');
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
});
