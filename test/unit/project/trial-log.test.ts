import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLog } from '../../../main/project/trial-log.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

async function logged(text: string): Promise<{ folder: string; path: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, 'log.txt');
  await writeFile(path, text);
  return { folder, path };
}

describe("a trial's log", () => {
  it('is read from its end, by whole lines, and on to its beginning', async () => {
    const { folder, path } = await logged('first\nsecond\nthird\n');
    const end = await readLog(folder, { limit: 10 });
    expect(end).toEqual({ path, size: 19, from: 13, to: 19, text: 'third\n' });
    const before = await readLog(folder, { before: end.from, limit: 10 });
    expect(before).toMatchObject({ from: 6, to: 13, text: 'second\n' });
    expect(await readLog(folder, { before: before.from, limit: 10 })).toMatchObject({ from: 0, to: 6, text: 'first\n' });
  });

  it('goes on where it ended, with lines that are not whole yet', async () => {
    const { folder, path } = await logged('first\nsec');
    const { to } = await readLog(folder, { limit: 100 });
    expect(await readLog(folder, { after: to, limit: 100 })).toMatchObject({ from: 9, to: 9, text: '' });
    await appendFile(path, 'ond\nthird');
    const more = await readLog(folder, { after: to, limit: 5 });
    expect(more).toMatchObject({ size: 18, from: 9, to: 14, text: 'ond\nt' });
    expect(await readLog(folder, { after: more.to, limit: 100 })).toMatchObject({ to: 18, text: 'hird' });
  });

  it('never cuts a character', async () => {
    const text = 'ä€😀'; // of two, three and four bytes
    const { folder } = await logged(text);
    for (let limit = 4; limit <= 9; limit++) {
      let read = '';
      for (let after = 0; after < 9;) {
        const part = await readLog(folder, { after, limit });
        expect(part.to).toBeGreaterThan(after);
        read += part.text;
        after = part.to;
      }
      expect(read, `${limit} bytes at once`).toBe(text);
    }
  });

  it('is empty before the trial was first started, and after an end that is no longer there', async () => {
    expect(await readLog(await temporaryFolder(), { limit: 10 })).toMatchObject({ size: 0, from: 0, to: 0, text: '' });
    const { folder } = await logged('new\n');
    expect(await readLog(folder, { after: 1000, limit: 10 })).toMatchObject({ size: 4, from: 4, to: 4, text: '' });
  });
});
