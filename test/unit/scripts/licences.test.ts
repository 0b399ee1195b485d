import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { licencesOf } from '../../../scripts/licences-of.ts';

const read = async (path: string) => JSON.parse(await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')) as unknown;

describe('the licences that the page lists', () => {
  it('are those of the packages that are locked; else: npm run licences', async () => {
    const lock = (await read('package-lock.json')) as Parameters<typeof licencesOf>[0];
    expect(await read('resources/licences.json')).toEqual(licencesOf(lock));
  });

  it('are of what ships, each version once, by name', () => {
    const packages = {
      '': { version: '1' },
      'node_modules/b': { version: '2', license: 'MIT' },
      'node_modules/x/node_modules/b': { version: '2', license: 'MIT' },
      'node_modules/@s/a': { version: '1' },
      'node_modules/test-only': { version: '1', license: 'MIT', dev: true },
    };
    expect(licencesOf({ packages }).map(({ name, version, licence }) => [name, version, licence])).toEqual([
      ['@s/a', '1', 'see its files'],
      ['b', '2', 'MIT'],
    ]);
  });
});
