import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const CONTROLS = 'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=progressbar]';

/** What the page complains of from now on: errors, and errors and warnings on its console. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return complaints;
}

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
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze(); // frames are looked at by themselves
  const told = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  expect(told, 'what axe finds').toEqual([]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expect(page.locator('main')).toHaveCount(1);
  await expect(page.locator('html')).toHaveAttribute('lang', /./);
}

/** Every text has a contrast of at least 4.5 : 1 to what is behind it (WCAG 2.2, 1.4.3). SVG text is left out: its ground is drawn. */
export async function expectReadable(page: Page): Promise<void> {
  const dim = await page.locator('body *').evaluateAll((elements) => {
    type Style = { color: string; backgroundColor: string };
    const styleOf = (element: unknown) =>
      (globalThis as unknown as { getComputedStyle(of: unknown): Style }).getComputedStyle(element);
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string) => {
      const [r, g, b] = channels(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element: (typeof elements)[number]): string => {
      const { backgroundColor } = styleOf(element);
      if (channels(backgroundColor)[3] !== 0) return backgroundColor;
      return element.parentElement ? ground(element.parentElement) : 'rgb(255, 255, 255)';
    };
    return elements
      .filter((element) => element.namespaceURI !== 'http://www.w3.org/2000/svg' && !/^(SCRIPT|STYLE)$/.test(element.tagName))
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
      .flatMap((element) => {
        const [a, b] = [luminance(styleOf(element).color), luminance(ground(element))].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        return contrast < 4.5 ? [`${contrast.toFixed(2)}: ${element.outerHTML.slice(0, 120)}`] : [];
      });
  });
  expect(dim, 'text that is hard to read').toEqual([]);
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
