import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { besideApp, entryUrl, resourcePath } from '../../../main/platform/entries.ts';

describe('entry files', () => {
  it('are the sources when run from source', () => {
    expect(entryUrl('inspect').pathname).toMatch(/\/main\/dataset\/inspect-worker\.ts$/);
    expect(existsSync(fileURLToPath(entryUrl('inspect')))).toBe(true);
    expect(existsSync(resourcePath('breakhis/manifest.csv'))).toBe(true);
  });

  it.each(['file:///app/out/main/index.js', 'file:///app/out/main/trial.js', 'file:///app/out/main/chunks/index-Bx3.js'])(
    'stand beside the bundle in the built app (%s)',
    (here) => {
      expect(entryUrl('inspect', here).href).toBe('file:///app/out/main/inspect.js');
      expect(resourcePath('breakhis/manifest.csv', here)).toBe('/app/resources/breakhis/manifest.csv');
    },
  );

  it('find what a package brings along beside its app, and nothing beside a checkout', () => {
    for (const app of ['app.asar', 'app.asar.unpacked', 'app'])
      expect(besideApp('runtime', `file:///opt/Magnilab/resources/${app}/out/main/chunks/find.js`)).toBe(
        '/opt/Magnilab/resources/runtime',
      );
    expect(besideApp('runtime', 'file:///home/me/magnilab/out/main/cli.js')).toBe(null);
    expect(besideApp('runtime')).toBe(null);
  });
});
