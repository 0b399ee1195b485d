import { expect, test } from '@playwright/test';
import { startWebLab, type WebLab } from '../helpers/web-lab.ts';

let lab: WebLab;
test.beforeAll(async () => {
  lab = await startWebLab();
});
test.afterAll(() => lab?.stop());

test('a wrong token is refused, and so is a visit without one: the page says what to do, and shows nothing', async ({ page }) => {
  for (const address of [`${lab.origin}/?token=wrong`, `${lab.origin}/`]) {
    await page.goto(address);
    await expect(page.getByText('This address has been used')).toBeVisible();
    await expect(page.getByText(/TensorFlow [\d.]+ is ready/)).toBeHidden();
  }
});

test('a browser that has the address comes in, and again without it; other programs of the machine learn nothing', async ({
  page,
  context,
}) => {
  await page.goto(lab.url);
  await expect(page.getByText(/TensorFlow [\d.]+ is ready/)).toBeVisible();
  expect(page.url()).not.toContain('token');
  await page.goto(`${lab.origin}/`);
  await expect(page.getByText(/TensorFlow [\d.]+ is ready/)).toBeVisible();
  expect(await context.cookies()).toEqual([]); // a cookie would go to every port of this machine

  // a page of another port: it cannot read our storage, and its WebSocket is refused
  await context.route('http://127.0.0.1:9/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>elsewhere</title>' }),
  );
  const port = new URL(lab.origin).port;
  await page.goto('http://127.0.0.1:9/');
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
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
  await expect(page.getByText(/TensorFlow [\d.]+ is ready/)).toBeVisible();
  refuse = true;
  await sockets[0].close();
  await expect(page.getByText('Connection lost')).toBeVisible();
  refuse = false;
  await page.getByRole('button', { name: 'Try now' }).click();
  await expect(page.getByText('Connection lost')).toBeHidden();
  await page.close();
  await second.stop();
});
