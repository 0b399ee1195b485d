import { defineConfig } from 'electron-vite';
import page from './renderer/vite.config.ts';

/**
 * Three builds: the main process with every file that is started as a process or worker thread of its own (the names are those
 * of main/platform/entries.ts), the preload script, and the page. Dependencies stay outside: some are native.
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
          choose: 'main/training/choose.ts',
          measure: 'main/tuning/measure.ts',
          probe: 'main/runtime/probe.ts',
          predict: 'main/inference/predict.ts',
          compute: 'main/compute/worker.ts',
          inspect: 'main/dataset/inspect-worker.ts',
          tissue: 'main/dataset/tissue/worker.ts',
          load: 'main/pictures/load-worker.ts',
          save: 'main/training/save-worker.ts',
          view: 'main/pictures/view-worker.ts',
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: { index: 'main/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' }, // a sandboxed preload script is CommonJS
      },
    },
  },
  renderer: page,
});
