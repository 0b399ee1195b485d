import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isMarked, marked } from '../../../main/pictures/picture-mark.ts';
import { picture } from '../../helpers/images.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

describe('the mark of our pictures', () => {
  it('is found again, in a file that is still a whole picture', async () => {
    const path = join(await temporaryFolder(), 'p.png');
    const plain = await picture(1);
    await writeFile(path, marked(plain));
    expect(await isMarked(path)).toBe(true);
    const pixels = (png: Buffer | string) => sharp(png, { failOn: 'warning' }).raw().toBuffer();
    expect(await pixels(path)).toEqual(await pixels(plain));
  });

  it.each<[string, () => Promise<Buffer> | Buffer]>([
    ['another PNG', () => picture(2)],
    ['a JPEG', () => picture(2, { format: 'jpeg' })],
    ['an empty file', () => Buffer.alloc(0)],
    ['half of one of ours', async () => marked(await picture(1)).subarray(0, 40)],
  ])('is not in %s', async (_, content) => {
    const path = join(await temporaryFolder(), 'p.png');
    await writeFile(path, await content());
    expect(await isMarked(path)).toBe(false);
  });

  it('is not denied of what cannot be read', async () => {
    await expect(isMarked(await temporaryFolder())).rejects.toThrow(/EISDIR/);
    await expect(isMarked('/no/such/file.png')).rejects.toThrow(/ENOENT/);
  });
});
