import { defineConfig } from 'electron-vite';
import page from './renderer/vite.config.ts';

/**
 * Three builds: the Electron main process with the files it starts (trial process, dataset and loader workers), the preload
 * script, and the page.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rollupOptions: {
        input: {
          index: 'main/index.ts',
          cli: 'main/cli/index.ts',
          trial: 'main/training/trial.ts',
          inspect: 'main/dataset/inspect-worker.ts',
          load: 'main/training/load-worker.ts',
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: { input: { index: 'main/preload/index.ts' }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: page,
});
