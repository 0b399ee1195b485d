import { expect, test } from '@playwright/test';
import { startWebLab } from '../helpers/web-lab.ts';
import { complaintsOf, expectAccessible } from '../helpers/web-checks.ts';

test('from the first screen to finished results, the images behind a number and their case, without training', async ({
  page,
}) => {
  const lab = await startWebLab();
  const complaints = complaintsOf(page);
  try {
    await page.goto(lab.url);
    await page.getByRole('button', { name: 'See finished results' }).click();
    await page.waitForURL(/#\/results/);
    await expect(page.getByText(/No network can be said to keep its accuracy best/)).toBeVisible();
    await expect(page.getByRole('button', { name: /^ConvMixer-32\/3, trained on 40×, tested on/ }).first()).toBeVisible();
    await expect(page.getByText(/synthetic/i).first()).toBeVisible();
    await expectAccessible(page);

    await page
      .getByRole('button', { name: /^ConvMixer-32\/3, trained on 40×, tested on 100×/ })
      .first()
      .click();
    await page
      .getByRole('button', { name: /^Truth \w+, predicted \w+: [1-9]/ })
      .first()
      .click();
    const tile = page.getByRole('dialog').getByRole('img', { name: /confidence/ });
    await expect(tile.first()).toBeVisible();
    await expect
      .poll(() => tile.first().evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(0);
    await tile.first().click();
    await page.getByRole('dialog').last().getByRole('button', { name: 'This case at every magnification' }).click();
    await expect(
      page
        .getByRole('dialog')
        .last()
        .getByRole('group', { name: /\.png, \d+×/ }),
    ).toHaveCount(4);
    for (let open = 3; open > 0; open--) await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);

    // what is there is opened again, by the palette
    await page.getByRole('navigation').getByRole('link', { name: 'Start' }).click();
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.type('finished');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/results/);
    expect(complaints).toEqual([]);
  } finally {
    await lab.stop();
  }
});
