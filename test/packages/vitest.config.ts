import { defineConfig } from 'vitest/config';

/** `npm run test:packages`: the packages that `npm run dist -- --standin` has just made. */
export default defineConfig({
  test: {
    include: ['test/packages/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
  },
});
