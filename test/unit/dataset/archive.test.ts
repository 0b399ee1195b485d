import { mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { safePath } from '../../../main/dataset/archive/safe-path.ts';
import { UNPACK_LIMITS, unpackArchive } from '../../../main/dataset/archive/unpack.ts';
import { indexFolder, summarise } from '../../../main/dataset/index-folder.ts';
import { archiveTitle, isArchiveName } from '../../../shared/domain/archives.ts';
import { forged, tarGzOf, tarOf, zipOf } from '../../helpers/archives.ts';
import { testTissue } from '../../helpers/lab.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const image = Buffer.from('not looked into here');
const name = 'BreaKHis_v1/40X/SOB_B_A-14-22549AB-40-001.png';

async function written(file: string, bytes: Buffer): Promise<{ archive: string; parent: string }> {
  const folder = await temporaryFolder();
  const archive = join(folder, file);
  await writeFile(archive, bytes);
  return { archive, parent: join(folder, 'place') };
}

/** Everything below a folder, hidden files too. */
const everything = async (folder: string) => (await readdir(folder, { recursive: true }).catch(() => [])).sort();

describe('an archive of images', () => {
  it('is unpacked with its images and tables alone, and reads as the folder does', async () => {
    const tissue = await testTissue();
    const paths = (await readdir(tissue, { recursive: true })).filter((path) => path.endsWith('.png')).sort();
    const entries = await Promise.all(paths.map(async (path) => [`set/${path}`, await readFile(join(tissue, path))] as const));
    const extra = [
      ['set/README.txt', Buffer.from('words')],
      ['set/labels.csv', Buffer.from('path\n')],
      ['set/._labels.csv', Buffer.from('a shadow')],
      ['__MACOSX/set/x.png', image],
    ] as const;
    const whole = summarise(await indexFolder(tissue), tissue);
    for (const [file, bytes] of [
      ['tissue.tar.gz', await tarGzOf([...entries, ...extra])],
      ['tissue.tar', await tarOf([...entries, ...extra])],
      ['tissue.zip', await zipOf([...entries, ...extra])],
    ] as const) {
      const { archive, parent } = await written(file, bytes);
      const progress: [number, number][] = [];
      const folder = await unpackArchive(archive, parent, { onProgress: (...now) => progress.push(now) });
      expect(folder).toBe(join(parent, 'tissue'));
      expect(await readdir(parent)).toEqual(['tissue']);
      const found = await everything(folder);
      expect(found.filter((path) => /README|\._|MACOSX/.test(path))).toEqual([]);
      expect(found).toContain(join('set', 'labels.csv'));
      const { images, byMagnification, cases } = summarise(await indexFolder(folder), folder);
      expect({ images, byMagnification, cases }).toEqual({
        images: whole.images,
        byMagnification: whole.byMagnification,
        cases: whole.cases,
      });
      expect(progress.at(-1)).toEqual([bytes.length, bytes.length]);
    }
  });

  it('is not unpacked again where everything of it lies there', async () => {
    const { archive, parent } = await written('set.zip', await zipOf([[name, image], ['b/c.png', image]])); // prettier-ignore
    const folder = await unpackArchive(archive, parent);
    const mark = await readFile(join(folder, 'unpacked.json'));
    await writeFile(join(folder, 'notes.txt'), 'of the user');
    expect(await unpackArchive(archive, parent)).toBe(folder);
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('of the user');
    expect(await readFile(join(folder, 'unpacked.json'))).toEqual(mark);
  });

  it('is unpacked anew where something is missing or the archive is another, but never over files of the user', async () => {
    const { archive, parent } = await written('set.zip', await zipOf([[name, image], ['b/c.png', image]])); // prettier-ignore
    const folder = await unpackArchive(archive, parent);
    await truncate(join(folder, 'b/c.png'), 3);
    await unpackArchive(archive, parent);
    expect(await readFile(join(folder, 'b/c.png'))).toEqual(image);
    await utimes(archive, 1, 1);
    await writeFile(join(folder, 'mine.png'), 'of the user');
    await expect(unpackArchive(archive, parent)).rejects.toMatchObject({ code: 'already-exists', message: /mine\.png/ });
    expect(await readFile(join(folder, 'mine.png'), 'utf8')).toBe('of the user');
    await rm(join(folder, 'mine.png'));
    expect(await unpackArchive(archive, parent)).toBe(folder);
  });

  it('leaves alone a folder that something else made', async () => {
    const { archive, parent } = await written('set.zip', await zipOf([[name, image]]));
    await mkdir(join(parent, 'set'), { recursive: true });
    await writeFile(join(parent, 'set/a.png'), 'of the user');
    await expect(unpackArchive(archive, parent)).rejects.toMatchObject({ code: 'already-exists', details: { field: 'into' } });
    expect(await everything(parent)).toEqual(['set', join('set', 'a.png')]);
  });
});

describe('an archive that cannot be used is refused by name, and nothing of it stays:', () => {
  const noise = (bytes: number) => Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255));
  const many = Array.from({ length: 40 }, (_, i) => [`a/${i}.png`, noise(5000)] as const);
  const cut = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length * 0.6));
  const bit = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    copy[Math.floor(copy.length / 2)] ^= 16;
    return copy;
  };
  it.each<[what: string, file: string, make: () => Promise<Buffer>, code: string, words: RegExp]>([
    ['cut short, .tar.gz', 'x.tar.gz', async () => cut(await tarGzOf(many)), 'damaged-file', /cut short.*download it again/i],
    ['cut short, .tar', 'x.tar', async () => cut(await tarOf(many)), 'damaged-file', /cut short/],
    [
      'cut short between two entries, .tar',
      'x.tar',
      async () => (await tarOf(many)).subarray(0, 512 * 11),
      'damaged-file',
      /end/,
    ],
    ['cut short, .zip', 'x.zip', async () => cut(await zipOf(many)), 'damaged-file', /cut short/],
    ['a changed bit, .tar.gz', 'x.tgz', async () => bit(await tarGzOf(many)), 'damaged-file', /damaged/],
    ['a changed bit, .zip', 'x.zip', async () => bit(await zipOf(many)), 'damaged-file', /damaged/],
    ['empty', 'x.zip', async () => Buffer.alloc(0), 'damaged-file', /empty/],
    ['a web page', 'x.tar.gz', async () => Buffer.from('<!DOCTYPE html><html>'), 'damaged-file', /web page/],
    ['words', 'x.zip', async () => Buffer.from('no archive'), 'damaged-file', /no archive/],
    ['no image', 'x.zip', async () => zipOf([['a.txt', image]]), 'bad-input', /none of its 1 entries/],
    ['archives in it', 'x.zip', async () => zipOf([['a.tar.gz', image]]), 'bad-input', /other archives \(a\.tar\.gz\)/],
    ['a way up, .tar', 'x.tar', async () => tarOf([[name, image], ['../evil.png', image]]), 'outside-folder', /evil/], // prettier-ignore
    ['a way up in backslashes', 'x.tar', async () => tarOf([['a\\..\\..\\evil.png', image]]), 'outside-folder', /evil/],
    ['an absolute path', 'x.tar.gz', async () => tarGzOf([['/outside/evil.png', image]]), 'outside-folder', /evil/],
    [
      'a way up, .zip',
      'x.zip',
      async () => forged(await zipOf([['zz/evil.png', image]]), 'zz/', '../'),
      'outside-folder',
      /outside/,
    ],
    ['a drive', 'x.zip', async () => forged(await zipOf([['zzevil.png', image]]), 'zz', 'C:'), 'outside-folder', /outside/],
    ['a link, .tar', 'x.tar', async () => tarOf([['a.png', { type: 'symlink', linkname: '/etc/passwd' }]]), 'bad-input', /link/],
    ['a hard link', 'x.tar', async () => tarOf([[name, image], ['b.png', { type: 'link', linkname: name }]]), 'bad-input', /link/], // prettier-ignore
    ['a link, .zip', 'x.zip', async () => zipOf([['a.png', Buffer.from('/etc')]], { 'a.png': 0o120777 }), 'bad-input', /link/],
    ['a device', 'x.tar', async () => tarOf([['a.png', { type: 'character-device' }]]), 'bad-input', /device/],
    ['one name twice', 'x.tar', async () => tarOf([[name, image], [name, image]]), 'damaged-file', /twice/], // prettier-ignore
  ])('%s', async (_what, file, make, code, words) => {
    const { archive, parent } = await written(file, await make());
    await expect(unpackArchive(archive, parent)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
    await expect(unpackArchive(archive, parent)).rejects.toThrow(archive);
    expect(await everything(parent)).toEqual([]);
  });

  const limits = { ...UNPACK_LIMITS, entries: 10, fileBytes: 1000, leastBytes: 3000, expansion: 2, spareBytes: 0 };
  it.each<[what: string, make: () => Promise<Buffer>, words: RegExp]>([
    ['too many entries', () => zipOf(Array.from({ length: 11 }, (_, i) => [`${i}.png`, Buffer.of(1)])), /10 entries/],
    ['a file that is too large', () => zipOf([['a.png', Buffer.alloc(1001)]]), /a\.png/],
    ['a bomb', () => tarGzOf(Array.from({ length: 8 }, (_, i) => [`${i}.txt`, Buffer.alloc(500)])), /2 times its size/],
  ])('%s', async (_what, make, words) => {
    const { archive, parent } = await written('x.zip', await make());
    await expect(unpackArchive(archive, parent, { limits })).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(words) }); // prettier-ignore
    expect(await everything(parent)).toEqual([]);
  });

  it('more than there is room for, at once where that can be seen, else on the way', async () => {
    const { archive, parent } = await written('x.tar.gz', await tarGzOf(Array.from({ length: 40 }, (_, i) => [`${i}.png`, Buffer.alloc(5000)]))); // prettier-ignore
    for (const free of [10, 50_000]) {
      const small = { limits: { ...UNPACK_LIMITS, spareBytes: 0 }, freeBytes: async () => free };
      await expect(unpackArchive(archive, parent, small)).rejects.toMatchObject({
        code: 'disk-full',
        details: { field: 'into' },
      });
      expect(await everything(parent)).toEqual([]);
    }
  });

  it('one that is cancelled', async () => {
    const { archive, parent } = await written('x.tar.gz', await tarGzOf(many));
    const stop = new AbortController();
    const work = unpackArchive(archive, parent, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect(await everything(parent)).toEqual([]);
  });
});

it('names of archives and of what they hold', () => {
  expect(['a.zip', 'b.TAR.GZ', 'c.tgz', 'd.tar'].every(isArchiveName)).toBe(true);
  expect(['a.gz', 'zip', 'a.zip.png'].some(isArchiveName)).toBe(false);
  expect(['/x/BreaKHis_v1.tar.gz', '/x/a.b.zip', '/x/. .zip'].map(archiveTitle)).toEqual(['BreaKHis_v1', 'a.b', 'images']);
  expect(safePath('./a//b.png')).toBe('a/b.png');
  expect(['../a', 'a/../../b', '/a', '\\a', 'C:\\a', 'c:a', 'a\0b', 'x'.repeat(300)].map((path) => safePath(path))).toEqual(
    Array(8).fill(null),
  );
  expect([safePath('a:b.png', 'win32'), safePath('a./b.png', 'win32'), safePath('a b.png', 'win32')]).toEqual([
    null,
    null,
    'a b.png',
  ]);
});
