/** How soon the page is there, how soon the finished demo, and whether the grid of all of BreakHis is walked without a held frame. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from '../scripts/browser.js';
import { startWebLab } from '../test/helpers/web-lab.ts';
import { largePlan, largeProject } from './large-project.ts';
import { writeResult, writeTable } from './machine.ts';

const TIMES = 5;
const DEMO_TIMES = 2;
const SCROLL_SECONDS = 10;
const WHEEL_PX = 300;
const SIZE = { width: 1440, height: 900 };

export async function run(): Promise<void> {
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: CHROMIUM_FLAGS });
  const folder = mkdtempSync(join(tmpdir(), 'magnilab-page-'));
  try {
    const paints = await repeated(TIMES, () => firstPaint(browser));
    const demo = await repeated(DEMO_TIMES, () => finishedDemo(browser));
    const grid = await gridFrames(browser, folder);
    const result = {
      firstPaintMs: median(paints.map(({ first }) => first)),
      firstContentMs: median(paints.map(({ content }) => content)),
      finishedDemoMs: median(demo),
      grid,
    };
    writeResult('page', result);
    const lines = [
      '# The page: first paint, finished demo, grid',
      '',
      `Chromium, ${SIZE.width} wide, an empty profile, served on this machine. Paints are medians of ${TIMES} loads from the click on the`,
      `address; the finished demo is unpacked and opened, medians of ${DEMO_TIMES}; the grid of 7,909 images, each a file, is scrolled by the`,
      `wheel for ${SCROLL_SECONDS} seconds.`,
      '',
      '| what | measured |',
      '|---|---|',
      `| first paint | ${result.firstPaintMs.toFixed(0)} ms |`,
      `| first text | ${result.firstContentMs.toFixed(0)} ms |`,
      `| finished demo, from the click to its answer | ${result.finishedDemoMs.toFixed(0)} ms |`,
      `| grid: frames | ${grid.frames}, median ${grid.median} ms, 99 of 100 within ${grid.p99} ms |`,
      `| grid: longest frame | ${grid.longest} ms; ${grid.over50} above 50 ms |`,
    ];
    writeTable('page', lines);
    console.log(lines.slice(-5).join('\n'));
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function repeated<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let i = 0; i < times; i++) all.push(await work());
  return all;
}

async function withPage<T>(browser: Browser, args: readonly string[], work: (page: Page, url: string) => Promise<T>): Promise<T> {
  const lab = await startWebLab(...args);
  const context = await browser.newContext({ viewport: SIZE });
  try {
    return await work(await context.newPage(), lab.url);
  } finally {
    await context.close();
    await lab.stop();
  }
}

function firstPaint(browser: Browser): Promise<{ first: number; content: number }> {
  return withPage(browser, [], async (page, url) => {
    await page.goto(url);
    await page.getByRole('navigation').waitFor();
    const times: Record<string, number> = await page.evaluate(
      `Object.fromEntries(performance.getEntriesByType('paint').map((entry) => [entry.name, entry.startTime]))`,
    );
    return { first: times['first-paint'], content: times['first-contentful-paint'] };
  });
}

function finishedDemo(browser: Browser): Promise<number> {
  return withPage(browser, [], async (page, url) => {
    await page.goto(url);
    const button = page.getByRole('button', { name: 'See finished results' });
    await button.waitFor();
    const started = performance.now();
    await button.click();
    await page.getByText(/keep its accuracy/).first().waitFor(); // prettier-ignore
    return performance.now() - started;
  });
}

async function gridFrames(browser: Browser, folder: string) {
  process.env.MAGNILAB_STATE = join(folder, 'state');
  const project = await largeProject(folder, largePlan, 'all');
  return withPage(browser, ['--project', project], async (page, url) => {
    await page.goto(url);
    await page.getByRole('navigation').getByRole('link', { name: 'Data' }).click();
    const tile = page.getByRole('button', { name: /^SOB_/ }).first();
    await tile.waitFor();
    await page.waitForTimeout(2000); // what the screen still asks for is no scrolling
    await tile.hover();
    await page.evaluate(`(() => {
      const frames = (window.frames_ = []);
      let before = performance.now();
      const look = (now) => (frames.push(now - before), (before = now), requestAnimationFrame(look));
      requestAnimationFrame(look);
    })()`);
    const until = performance.now() + SCROLL_SECONDS * 1000;
    while (performance.now() < until) {
      await page.mouse.wheel(0, WHEEL_PX);
      await page.waitForTimeout(30);
    }
    const shown = await page.getByRole('button', { name: /^SOB_/ }).first().getAttribute('title'); // prettier-ignore
    const frames = (await page.evaluate<number[]>('window.frames_.slice(1)')).sort((a, b) => a - b);
    const share = (part: number) => frames[Math.floor(part * (frames.length - 1))].toFixed(1);
    return {
      frames: frames.length,
      median: share(0.5),
      p99: share(0.99),
      longest: share(1),
      over50: frames.filter((ms) => ms > 50).length,
      firstShown: shown,
    };
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
