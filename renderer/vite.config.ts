import vue from '@vitejs/plugin-vue';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const outDir = here('../out/renderer');

/** A compressed copy beside every text, which the served door sends (sirv, `gzip`). */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  async closeBundle() {
    for (const entry of await readdir(outDir, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (/\.(js|css|html|svg|json)$/.test(entry.name))
        await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9 }));
    }
  },
};

/** Builds the page alone, for `magnilab serve`; electron.vite.config.ts builds the same page for the desktop. */
export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [vue(), compressed],
  resolve: { alias: { '@juggle/resize-observer': here('logic/resize-observer.ts') } },
  define: {
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __VUE_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir,
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy takes pictures from addresses only
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: here('index.html') },
  },
});
