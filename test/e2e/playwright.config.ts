import { defineConfig } from '@playwright/test';

/** The built desktop app in Electron; skipped where Electron's runtime is not installed. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/e2e',
  workers: 1,
  timeout: 300_000,
  reporter: 'list',
});
