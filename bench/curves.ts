/** Whether the curves of a running trial are drawn without dropped frames, however many points they have: in a real browser. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import sirv from 'sirv';
import { build } from 'vite';
import vue from '@vitejs/plugin-vue';
import { CHROMIUM_FLAGS, findChromium } from '../scripts/browser.js';
import { writeResult, writeTable } from './machine.ts';

/** What the page answers: renderer/testing/live-curves.ts */
interface Measured {
  readonly points: number;
  readonly canvases: number;
  readonly drawn: number;
  readonly frames: readonly number[];
  readonly longTasks: readonly number[];
}

const POINTS = [100, 1_000, 9_900]; // and those that come while it is measured
const SECONDS = 10;
/** A frame is dropped where the next one comes after more than one and a half of sixty a second. */
const FRAME_MS = 1000 / 60;
const DROPPED_MS = 1.5 * FRAME_MS;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export async function run(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'magnilab-curves-'));
  const page = at('../renderer/testing/live-curves.html');
  await build({
    configFile: false,
    root: at('../renderer'),
    base: './',
    plugins: [vue()],
    logLevel: 'warn',
    build: {
      chunkSizeWarningLimit: 1500,
      outDir,
      emptyOutDir: true,
      rollupOptions: { input: page },
    },
  });
  const server = createServer(sirv(outDir)).listen(0, '127.0.0.1');
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: CHROMIUM_FLAGS });
  try {
    const { port } = server.address() as AddressInfo;
    const results = [];
    for (const points of POINTS) {
      const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await tab.goto(`http://127.0.0.1:${port}/testing/live-curves.html`);
      const busy = await busyMeter(tab);
      await tab.evaluate(`fill(${points})`);
      const before = await busy();
      const measured: Measured = await tab.evaluate(`measure(${SECONDS})`);
      results.push({ ...summaryOf(measured), busy: ((100 * ((await busy()) - before)) / SECONDS).toFixed(1) });
      await tab.close();
    }
    writeResult('curves', { results });
    const lines = [
      '# Curves: frames while a trial runs',
      '',
      `The three charts of a running trial, which five steps a second reach, for ${SECONDS} seconds in Chromium. A frame is dropped where the`,
      `next one comes after more than ${DROPPED_MS.toFixed(0)} ms; a long task keeps the page's thread for more than 50 ms; it is busy for so many`,
      'hundredths of the time of one processor.',
      '',
      '| points | drawn | frames | median, ms | 99 of 100 within, ms | longest, ms | dropped | long tasks | busy, % |',
      '|---|---|---|---|---|---|---|---|---|',
      ...results.map(
        (r) =>
          `| ${r.points} | ${r.drawn} | ${r.frames} | ${r.median} | ${r.p99} | ${r.longest} | ${r.dropped} | ${r.longTasks} | ${r.busy} |`,
      ),
    ];
    writeTable('curves', lines);
    console.log(lines.slice(-results.length).join('\n'));
  } finally {
    await browser.close();
    server.close();
    await rm(outDir, { recursive: true, force: true });
  }
}

/** Seconds of processor time that the page's thread has taken. */
async function busyMeter(tab: Page): Promise<() => Promise<number>> {
  const client = await tab.context().newCDPSession(tab);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
}

function summaryOf({ points, canvases, drawn, frames, longTasks }: Measured) {
  if (canvases !== 3) throw new Error(`The page shows ${canvases} charts instead of three.`);
  const share = (part: number) => frames[Math.floor(part * (frames.length - 1))].toFixed(1);
  return {
    points,
    drawn,
    frames: frames.length,
    median: share(0.5),
    p99: share(0.99),
    longest: share(1),
    dropped: frames.filter((ms) => ms > DROPPED_MS).length,
    longTasks: longTasks.length,
  };
}
