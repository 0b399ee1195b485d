import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { startWebLab, type WebLab } from '../helpers/web-lab.ts';
import { complaintsOf, expectAccessible, expectReadable, tabOrder } from '../helpers/web-checks.ts';

/** The way of a first visitor, one step a test, in one browser page: the token opens one browser. */
test.describe.configure({ mode: 'serial' });

let lab: WebLab;
let page: Page;
let reportFolder: string;
/** What a name must not do to whoever reads it. */
const HOSTILE = `<img src=x onerror="alert(1)">&"'</script><script>alert(2)</script>`;
let complaints: readonly string[];

test.beforeAll(async ({ browser }) => {
  lab = await startWebLab();
  page = await browser.newPage();
  complaints = complaintsOf(page);
  await page.goto(lab.url);
});

test.afterAll(async () => {
  await page?.close();
  await lab?.stop();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const goTo = (screen: string) => page.getByRole('navigation').getByRole('link', { name: screen }).click();
const field = (label: string) => page.getByRole('textbox', { name: label, exact: true });

test('start: says what it is, what it is not, and what it computes with', async () => {
  await expect(page.getByRole('heading', { level: 1 })).toContainText('magnification changes');
  await expect(page.getByText('Research use only.')).toBeVisible();
  await expect(page.getByText(/TensorFlow [\d.]+ is ready/)).toBeVisible();
  await expect(page.getByText('Projects that you open are listed here.')).toBeVisible();
  await expectAccessible(page);
  const order = await tabOrder(page, 6);
  expect(order[0]).toBe('Skip to the content');
  expect(order.slice(-2)).toEqual(['See finished results', 'Try with demo tissue']);
});

test('start: a new project can be placed with the folder chooser', async () => {
  await button('Change').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Where should the project lie?')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Choose this folder' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('demo: tissue is drawn and indexed, the data screen shows its counts', async () => {
  test.setTimeout(300_000); // the first time on a machine, the tissue has to be drawn
  await button('Try with demo tissue').click();
  await page.waitForURL(/#\/data/);
  await expect(page.getByText('Demo tissue: synthetic images')).toBeVisible();
  await expect(page.getByRole('row', { name: /^Benign/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /^All images/ })).toContainText('576');
  await expect(page.getByText('Nothing is wrong with these files.')).toBeVisible();
  await expect(page.getByText(/^No leak:/)).toBeVisible();
  await expect(page.getByRole('img', { name: /SOB_B_/ }).first()).toBeVisible();
  await expectAccessible(page);
});

test('data: pictures come by addresses that the lab signed, and are kept by the browser', async () => {
  const picture = page.getByRole('img', { name: /SOB_B_/ }).first();
  await expect
    .poll(() => picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth))
    .toBeGreaterThan(0);
  const address = (await picture.getAttribute('src'))!;
  expect(address).toMatch(/^picture\/[0-9a-f]{64}\.[\w-]{43}\/240\.webp$/);
  const ask = async (path: string) => {
    const answer = await page.request.get(`${lab.origin}/${path}`);
    return [answer.status(), answer.headers()['cache-control']];
  };
  expect(await ask(address)).toEqual([200, 'private, max-age=31536000, immutable']);
  expect(await ask(address.replace(/\.[\w-]{43}/, `.${'A'.repeat(43)}`))).toEqual([403, 'no-store']);
});

test('data: the grid of images follows its filters', async () => {
  await page.getByRole('combobox', { name: 'Class' }).selectOption('malignant');
  await page.getByRole('combobox', { name: 'Magnification' }).selectOption('400');
  await expect(page.getByText('96 images')).toBeVisible();
  await page
    .getByRole('button', { name: /SOB_M_.*400×/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('img', { name: /SOB_M_/ })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('the palette finds what can be done, by the keyboard alone', async () => {
  await page.keyboard.press('ControlOrMeta+k');
  const palette = page.getByRole('dialog', { name: 'Commands' }).or(page.getByRole('dialog')).first();
  const found = palette.getByRole('option');
  await expect(found.first()).toBeVisible();
  await page.keyboard.type('plan');
  await expect(found.first()).toContainText('Plan');
  await expect(found.first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/plan/);
  await expect(palette).toBeHidden();
});

test('plan: families have their cost before they are ticked, and what the study will rest on is known', async () => {
  await goTo('Plan');
  await expect(field('Name of the study')).toHaveValue('Demo');
  const cards = page.getByRole('listitem').filter({ has: page.getByText(/^Variants: \d of \d chosen$/) });
  await expect(cards).toHaveCount(8);
  for (const card of await cards.all()) await expect(card).toContainText(/\d MB of memory · .* per epoch/);
  await button('All eight').click();
  await expect(cards.filter({ hasText: /Variants: 0/ })).toHaveCount(0);
  for (const family of ['ResNet', 'MobileNetV3', 'ViT', 'Swin Transformer', '2D-FNet', 'MLP-Mixer'])
    await page.getByRole('checkbox', { name: family, exact: true }).uncheck();
  await expect(page.getByRole('row', { name: /^40× 88 cases, 88 images/ })).toContainText('48 cases, 48 images');
  await expectAccessible(page);
});

test('plan: what differs from the preset is listed, leads to its field, and goes back', async () => {
  const others = page.getByRole('region', { name: /settings differ from Quick$/ });
  await expect(others.getByRole('listitem')).toHaveCount(10);
  await others.getByRole('button', { name: 'Weight decay', exact: true }).click();
  await expect(field('Weight decay')).toBeFocused();
  await others.getByRole('button', { name: 'Reset: Weight decay' }).click();
  await expect(others.getByRole('listitem')).toHaveCount(9);
  await expect(field('Weight decay')).toHaveValue('2e-5');
  await field('Weight decay').fill('0.05');
  await field('Weight decay').press('Enter');
});

test('plan: a wrong value is named at its field and in the summary, a leak is refused', async () => {
  await field('Momentum').fill('1.5');
  await field('Momentum').press('Enter');
  await expect(page.getByText('1 thing to correct').or(page.getByText('One thing to correct'))).toBeVisible();
  await expect(button('Run')).toBeDisabled();
  await button('Hide settings').click();
  await page.getByRole('complementary').getByRole('button', { name: 'Momentum' }).click();
  await expect(field('Momentum')).toBeFocused();
  await field('Momentum').fill('0.9');
  await field('Momentum').press('Enter');
  await page.getByRole('combobox', { name: 'Keep together' }).selectOption('image');
  await expect(page.getByText(/Patients stand on both sides/).first()).toBeVisible();
  await page.getByRole('combobox', { name: 'Keep together' }).selectOption('case');
  await expect(page.getByText(/^No leak:/)).toBeVisible();
  await expectAccessible(page);
});

test('plan: made small, it survives a reload and can be saved', async () => {
  await field('Name of the study').fill('Quick look');
  await page.getByText('Variants: 0 of 4 chosen').first().click();
  await page.getByRole('checkbox', { name: 'ResNet-18' }).check();
  await page.getByRole('checkbox', { name: 'WaveMix', exact: true }).uncheck();
  await page.getByRole('checkbox', { name: 'ConvMixer', exact: true }).uncheck();
  const train = page.getByRole('group', { name: 'Train on' }).last();
  for (const m of ['40×', '100×', '400×']) await train.getByRole('checkbox', { name: m, exact: true }).uncheck();
  for (const [label, value] of [
    ['Epochs', '2'],
    ['Batch size', '32'],
    ['Warm-up epochs', '0'],
    ['Cool-down epochs', '0'],
    ['Seeds', '0'],
  ] as const) {
    await field(label).fill(value);
    await field(label).press('Enter');
  }
  await expect(page.getByRole('complementary').getByText('1', { exact: true })).toBeVisible();
  await page.reload();
  await button('Show all settings').click();
  await expect(field('Epochs')).toHaveValue('2');
  await expect(field('Name of the study')).toHaveValue('Quick look');
  await button('Save plan').click();
  await expect(page.getByText(/Saved as .*Quick look\.json/)).toBeVisible();
});

test('run: a study is paused and goes on', async () => {
  await button('Run').click();
  await page.waitForURL(/#\/run/);
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible();
  await button('Pause').click();
  await expect(page.getByText('This study is paused')).toBeVisible();
  await page.reload();
  await page.locator('main > header').getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('This study is paused')).toBeHidden();
});

test('run: a trial trains, its curves grow, and it finishes', async () => {
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible();
  await expect(page).toHaveTitle(/% · Quick look/);
  await expect(page.getByText('Images per second')).toBeVisible();
  await expect(page.getByRole('img', { name: /Accuracy by epoch/ })).toBeVisible();
  await expect(page.getByText(/Tested epoch: \d/)).toBeVisible({ timeout: 300_000 });
  await expectAccessible(page);
  await expect(page.getByText('Finished', { exact: true }).first()).toBeVisible({ timeout: 300_000 });
  const tile = page.getByRole('gridcell', {
    name: /^ResNet-18, trained on 200×, seed 0: Finished, validation accuracy [\d.]+ %$/,
  });
  await expect(tile).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('button', { name: /^ResNet-18, trained on 200×, tested on/ })).toHaveCount(4);
  for (const [name, rows] of [
    ['Training runs', 2], // one trial under a head
    ['Curves', 3], // two epochs
  ] as const) {
    await button('Show as table').first().click();
    await expect(page.getByRole('table', { name, exact: true }).getByRole('row')).toHaveCount(rows);
  }
});

test('results: the matrix, its means and the trial behind a square', async () => {
  await button('Results').click();
  await expect(page.getByRole('heading', { name: 'ResNet-18', exact: true })).toBeVisible();
  const squares = page.getByRole('button', { name: /^ResNet-18, trained on 200×, tested on/ });
  await expect(squares).toHaveCount(4);
  await page.getByText('Drop', { exact: true }).first().click();
  await expect(page.getByRole('button', { name: /tested on 200×: 0\.0/ })).toBeVisible();
  await page.getByText('Value', { exact: true }).click();
  await squares.nth(0).focus();
  for (const next of [1, 2, 3]) {
    await page.keyboard.press('ArrowRight');
    await expect(squares.nth(next)).toBeFocused();
  }
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/test=400/);
  await expect(page.getByRole('heading', { name: /^Tested on/ })).toHaveCount(4);
  await expectAccessible(page);
});

test('results: a network beside itself differs in nothing', async () => {
  await button('Compare').click();
  const beside = page.getByRole('region', { name: 'Side by side' });
  await expect(beside.getByText('4 of 4 squares are the same.')).toBeVisible();
  await expectAccessible(page);
  await button('Compare').click();
  await expect(beside).toBeHidden();
});

test('results: what is chosen is seen where the system chooses the colours', async () => {
  await page.emulateMedia({ forcedColors: 'active' });
  const chosen = page.locator('button.square[aria-pressed=true]').first();
  await expect(chosen).toHaveCSS('outline-style', 'solid');
  await expect(page.getByRole('navigation').locator('.router-link-exact-active')).toHaveCSS('outline-style', 'solid');
  await expectAccessible(page);
  await page.emulateMedia({ forcedColors: 'none' });
});

test('results: a cell of a confusion matrix opens its images, the most confident first', async () => {
  const cells = page.getByRole('button', { name: /^Truth \w+, predicted \w+: [1-9]/ });
  const count = Number(/(\d+) images$/.exec((await cells.first().getAttribute('aria-label'))!)![1]);
  await cells.first().click();
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText(/the most confident first/)).toContainText(String(count));
  const tiles = drawer.getByRole('img', { name: /confidence/ });
  await expect(tiles).toHaveCount(Math.min(count, 60));
  const confidences = await tiles.evaluateAll((images) =>
    images.map((image) => Number(/confidence ([\d.]+)/.exec(image.getAttribute('alt')!)![1])),
  );
  expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
});

test('results: an image shows where the network looked', async () => {
  await page
    .getByRole('button', { name: /^Truth \w+, predicted \w+: ([2-9]|\d\d)/ })
    .first()
    .click();
  await page
    .getByRole('dialog')
    .getByRole('img', { name: /confidence/ })
    .first()
    .click();
  const viewer = page.getByRole('dialog').last();
  const title = viewer.getByRole('img', { name: /^SOB_/ });
  const first = await title.getAttribute('alt');
  await page.keyboard.press('ArrowRight');
  await expect(title).not.toHaveAttribute('alt', first!);
  await viewer.getByRole('radio', { name: 'Off' }).focus();
  await page.keyboard.press('ArrowRight');
  const map = viewer.getByRole('img', { name: /^Heat map/ });
  await expect(map).toBeVisible({ timeout: 300_000 });
  await expect(viewer.getByText(/^Yellow spoke for/)).toBeVisible();
  await expect(viewer.getByText(/not what causes the disease/)).toBeVisible();
  const [layer, picture] = await Promise.all([map.boundingBox(), title.boundingBox()]);
  expect(layer).toEqual(picture);
  await page.keyboard.press('ArrowRight');
  await expect(viewer.getByRole('radio', { name: 'Grad-CAM' })).toBeChecked();
  await expect(map).toBeVisible({ timeout: 300_000 });
  await viewer.getByRole('button', { name: 'This case at every magnification' }).click();
  const ofCase = page.getByRole('dialog').last();
  await expect(ofCase.getByRole('group', { name: /\.png, \d+×/ })).toHaveCount(4);
  const before = await ofCase.getByText(/^Case \d+ of \d+$/).textContent();
  await ofCase
    .getByRole('group', { name: /\.png, / })
    .first()
    .focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('+');
  await expect(ofCase.locator('.moved').last()).toHaveAttribute('style', /scale\(1\.25\)/);
  expect(await ofCase.getByText(/^Case \d+ of \d+$/).textContent()).toMatch(/^Case \d+ of \d+$/);
  expect(before).toMatch(/^Case [1-9]/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('results: they are there after a reload, and the report is exported', async () => {
  await page.reload();
  await expect(page.getByRole('button', { name: /^ResNet-18, trained on/ })).toHaveCount(4);
  await button('Export report').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Title' }).fill(`Demo ${HOSTILE}`);
  await dialog.getByRole('textbox', { name: 'Authors, one a line' }).fill(`A. Author\n${HOSTILE}`);
  await dialog.getByRole('textbox', { name: 'Notes' }).fill(HOSTILE);
  await dialog.getByRole('button', { name: 'Preview' }).click();
  const preview = page.frameLocator('iframe');
  await expect(preview.getByRole('heading', { level: 1 })).toHaveText(`Demo ${HOSTILE}`);
  await expect(preview.getByRole('img').last()).toHaveJSProperty('complete', true);
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Export report' }).click();
  await expect(dialog.getByText('The report is in')).toBeVisible({ timeout: 300_000 });
  await expect(dialog.getByText(lab.projects).first()).toBeVisible();
  reportFolder = (await dialog.locator('.path').first().textContent())!;
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('the report opens from its file: nothing runs away, nothing is hard to read, its tables are sorted', async ({ browser }) => {
  const report = await browser.newPage();
  const said: string[] = [];
  report.on('dialog', (box) => said.push(box.message()));
  report.on('pageerror', (error) => said.push(error.message));
  report.on('console', (message) => said.push(message.text()));
  report.on('request', (request) => !/^(file|data):/.test(request.url()) && said.push(request.url()));
  await report.goto(pathToFileURL(join(reportFolder, 'report.html')).href);
  await expect(report.getByRole('heading', { level: 1 })).toHaveText(`Demo ${HOSTILE}`);
  for (const width of [1024, 390]) {
    await report.setViewportSize({ width, height: 800 });
    expect(await report.evaluate('document.documentElement.scrollWidth'), `${width} wide`).toBe(width);
  }
  await expectReadable(report);
  await expectAccessible(report);
  const table = report.locator('table.sortable', { hasText: 'Every trial and test' });
  await table.getByRole('button', { name: 'Accuracy', exact: true }).click();
  const column = await table
    .locator('thead th')
    .allTextContents()
    .then((names) => names.indexOf('Accuracy'));
  const values = await table
    .locator(`tbody tr > :nth-child(${column + 1})`)
    .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-value'))));
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  expect(new Set(values).size).toBeGreaterThan(1);
  expect(said).toEqual([]);
  await report.close();
});

test('dark theme is kept, and nothing was said on the console', async () => {
  await goTo('Settings');
  await page.getByText('Dark', { exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});
