import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { releasesAddress } from '../../../main/platform/version.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

describe('where newer packages are', () => {
  it('is what the package says, if it is an address', async () => {
    const file = join(await temporaryFolder(), 'release.json');
    expect(releasesAddress()).toBe(null);
    expect(releasesAddress(file)).toBe(null);
    for (const [content, address] of [
      ['{"releases":"https://lab.example/packages"}', 'https://lab.example/packages'],
      ['{"releases":"javascript:alert(1)"}', null],
      ['{"releases":null}', null],
      ['{"rel', null],
    ] as const) {
      await writeFile(file, content);
      expect(releasesAddress(file), content).toBe(address);
    }
  });
});
