import { expect, type Page } from '@playwright/test';

const CONTROLS = 'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=progressbar]';

/** What an accessibility checker would say first: controls without a name, images without a text, ids used twice, no heading. */
export async function expectAccessible(page: Page): Promise<void> {
  const nameless = await page.locator(CONTROLS).evaluateAll((controls) =>
    controls
      .filter((control) => control.checkVisibility({ visibilityProperty: true }))
      .filter((control) => {
        const ids = (control.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean);
        const names = [
          control.getAttribute('aria-label'),
          ...ids.map((id: string) => control.ownerDocument.getElementById(id)?.textContent),
          ...[...('labels' in control ? (control.labels as Iterable<{ textContent: string }>) : [])].map((l) => l.textContent),
          control.textContent,
          control.getAttribute('title'),
        ];
        return !names.some((name) => name?.trim());
      })
      .map((control) => control.outerHTML.slice(0, 200)),
  );
  expect(nameless, 'controls without a name').toEqual([]);
  const textless = await page
    .locator('img:not([alt]), canvas:not([aria-label])')
    .evaluateAll((images) => images.map((image) => image.outerHTML.slice(0, 200)));
  expect(textless, 'images without a text').toEqual([]);
  const ids = await page.locator('[id]').evaluateAll((elements) => elements.map((element) => element.id));
  expect(
    ids.filter((id, i) => ids.indexOf(id) !== i),
    'ids used twice',
  ).toEqual([]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expect(page.locator('main')).toHaveCount(1);
  await expect(page.locator('html')).toHaveAttribute('lang', /./);
}

/** Presses Tab from the top of the page. @returns the texts of what has the focus, in order */
export async function tabOrder(page: Page, presses: number): Promise<string[]> {
  await page.locator('body').evaluate((body) => body.ownerDocument.activeElement?.blur());
  const texts: string[] = [];
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press('Tab');
    texts.push((await page.locator(':focus').textContent())?.trim() ?? '');
  }
  return texts;
}
