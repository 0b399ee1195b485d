import { expect, test } from '@playwright/test';
import { startWebLab, type WebLab } from '../helpers/web-lab.ts';

let lab: WebLab;
test.beforeAll(async () => {
  lab = await startWebLab();
});
test.afterAll(() => lab?.stop());

test('a wrong token is refused, and so is a visit without one', async ({ page }) => {
  expect((await page.goto(`${lab.origin}/?token=wrong`))!.status()).toBe(403);
  await expect(page.locator('body')).toContainText('its token is wrong');
  expect((await page.goto(`${lab.origin}/`))!.status()).toBe(403);
});

test('a page of another origin cannot open the WebSocket, one of the lab can', async ({ page, context }) => {
  await page.goto(lab.url);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const port = new URL(lab.origin).port;
  const opens = (address: string) =>
    page.evaluate(
      (url) =>
        new Promise<boolean>((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = () => resolve(true);
          socket.onerror = () => resolve(false);
        }),
      address,
    );
  expect(await opens(`ws://127.0.0.1:${port}/lab`)).toBe(true);

  // a foreign page on the same machine: same cookies, another origin
  await context.route('http://127.0.0.1:9/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>elsewhere</title>' }),
  );
  await page.goto('http://127.0.0.1:9/');
  expect(await opens(`ws://127.0.0.1:${port}/lab`)).toBe(false);
});

test('a lost connection is shown, and the page comes back by itself', async ({ browser }) => {
  const second = await startWebLab();
  const page = await browser.newPage();
  const sockets: { close(): Promise<void> }[] = [];
  let refuse = false;
  await page.routeWebSocket(/\/lab$/, (socket) => {
    if (refuse) return void socket.close();
    socket.connectToServer();
    sockets.push(socket);
  });
  await page.goto(second.url);
  await expect(page.getByText('TensorFlow', { exact: true })).toBeVisible();
  refuse = true;
  await sockets[0].close();
  await expect(page.getByText('Connection lost')).toBeVisible();
  refuse = false;
  await page.getByRole('button', { name: 'Try now' }).click();
  await expect(page.getByText('Connection lost')).toBeHidden();
  await page.close();
  await second.stop();
});
