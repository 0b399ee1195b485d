import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/browser.js';

/** The served app in a real browser: the one that MAGNILAB_CHROMIUM names, else one of the system, else Playwright's own. */
export default defineConfig({
  testDir: 'test/web',
  outputDir: 'test-results/web',
  workers: 1,
  retries: 0,
  reporter: 'list',
  timeout: 300_000,
  expect: { timeout: 60_000 },
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: findChromium() ?? undefined,
      args: CHROMIUM_FLAGS,
    },
  },
});
