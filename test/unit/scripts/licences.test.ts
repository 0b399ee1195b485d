import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { licencesOf, packageOf } from '../../../scripts/licences-of.ts';
import { shippedPackages } from '../../../scripts/shipped.ts';

describe('the licences that the page lists', () => {
  it('are those of the packages that ship, the page built of some of them; else: npm run licences', async () => {
    const listed = JSON.parse(await readFile(new URL('../../../resources/licences.json', import.meta.url), 'utf8')) as unknown;
    const shipped = await shippedPackages();
    expect(listed).toEqual(shipped);
    const names = shipped.map(({ name }) => name);
    for (const name of ['vue', 'naive-ui', 'zod', '@tensorflow/tfjs-core']) expect(names).toContain(name);
    for (const name of ['vitest', 'eslint', 'vite']) expect(names).not.toContain(name);
  });

  it('are of what is asked for and what that needs, found as Node finds it, each version once', () => {
    const packages = {
      '': { version: '1' },
      'node_modules/a': { version: '1', license: 'MIT', dependencies: { b: '^2' } },
      'node_modules/a/node_modules/b': { version: '2', license: 'ISC', optionalDependencies: { c: '1', absent: '1' } },
      'node_modules/b': { version: '1', license: 'MIT' },
      'node_modules/c': { version: '1' },
      'node_modules/other': { version: '1', license: 'MIT' },
    };
    expect(licencesOf({ packages }, ['a']).map(({ name, version, licence }) => `${name} ${version} ${licence}`)).toEqual([
      'a 1 MIT',
      'b 2 ISC',
      'c 1 see its files',
    ]);
    expect(['@vicons/ionicons5/es/X.js', 'naive-ui', 'vue/x'].map(packageOf)).toEqual(['@vicons/ionicons5', 'naive-ui', 'vue']);
  });
});
