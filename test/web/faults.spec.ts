import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { labHere, taskEnded, tinyPlan, tissue } from '../faults/world.ts';
import { expectAccessible } from '../helpers/web-checks.ts';
import { startWebLab, type WebLab } from '../helpers/web-lab.ts';

let folder: string;
let images: string;
let project: string;
let lab: WebLab;

/** A project with a plan that trains for long, a study that cannot be read, and images of its own. */
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magnilab-web-'));
  images = join(folder, 'images');
  await cp(await tissue(), images, { recursive: true });
  const first = labHere(join(folder, 'state'));
  ({ folder: project } = await first.services['projects.create']({ name: 'Lungs', folder }));
  await taskEnded(first, (await first.services['dataset.index']({ folder: images, verify: false })).task);
  const training = { ...tinyPlan(images).training, epochs: 2000 };
  await first.services['plans.save']({ plan: tinyPlan(images, { name: 'Long', training }) });
  await first.close();
  await writeFile(join(project, 'studies', 'Torn.json'), '{"format": 1,');
  lab = await startWebLab('--project', project);
});

test.afterAll(async () => {
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('running trials are asked about before another project is opened, and go on when they may not be stopped', async ({
  page,
}) => {
  await page.goto(lab.url);
  await page.getByRole('navigation').getByRole('link', { name: 'Plan' }).click();
  await page.getByRole('button', { name: /^Run/ }).click();
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible();
  await page.getByRole('navigation').getByRole('link', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'Try with demo tissue' }).click();
  const question = page.getByRole('dialog');
  await expect(question.getByText('Stop training?')).toBeVisible();
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  await page.getByRole('navigation').getByRole('link', { name: 'Run' }).click();
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused', { exact: true }).first()).toBeVisible();

  // a file that cannot be read is named, and hides nothing else
  await expect(page.getByText('Some files of this project cannot be used')).toBeVisible();
  await expect(page.getByText(/Torn\.json/)).toBeVisible();
});

test('images that are away are told, and located anew', async ({ page }) => {
  await rename(images, `${images}-elsewhere`);
  await lab.stop();
  lab = await startWebLab('--project', project);
  await page.goto(lab.url);
  await expect(page.getByText('The images are not there')).toBeVisible();
  await page.getByRole('button', { name: 'Locate data' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(`${images}-elsewhere`);
  await dialog.getByRole('textbox').press('Enter');
  await expect(dialog.getByText('BreaKHis_v1').or(dialog.getByText('histology_slides')).first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Choose this folder' }).click();
  await expect(page.getByText('The images are not there')).toBeHidden();
});
