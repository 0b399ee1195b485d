import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

/** Every network at full size: `npm run test:full` */
const FULL = process.env.MAGNILAB_TEST_FULL === undefined ? [] : ['test/full/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/{unit,models,engine,lab,cli}/**/*.test.ts', ...FULL],
          environment: 'node',
          pool: 'forks',
          testTimeout: 300_000, // a machine may be slow and busy: only what hangs is to end here
          hookTimeout: 600_000,
        },
      },
      {
        plugins: [vue()],
        test: { name: 'page', include: ['renderer/**/*.test.ts'], environment: 'happy-dom' },
      },
    ],
  },
});
