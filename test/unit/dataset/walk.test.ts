import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { walk } from '../../../main/dataset/walk.ts';
import { temporaryFolder, write } from '../../helpers/images.ts';

const pathsOf = async (folder: string) => (await walk(folder)).files.map((f) => f.path);

describe('walk', () => {
  it('finds images of any case and depth, in one order, and leaves out what is hidden', async () => {
    const folder = temporaryFolder();
    for (const path of [
      'b.PNG',
      'a/x.jpg',
      'a/b/y.TIFF',
      'Z.jpeg',
      'e.bmp',
      'a.tif',
      '.hidden.png',
      '.git/z.png',
      'notes.txt',
      'png',
    ]) {
      write(folder, path, 'x');
    }
    expect(await pathsOf(folder)).toEqual(['Z.jpeg', 'a.tif', 'a/b/y.TIFF', 'a/x.jpg', 'b.PNG', 'e.bmp']);
    const { files } = await walk(folder);
    expect(files[0]).toMatchObject({ size: 1, ino: expect.any(Number), mtimeMs: expect.any(Number) });
  });

  it('copes with odd names', async () => {
    const folder = temporaryFolder();
    const names = ['line\nbreak.png', 'naïve 病理.png', '%2e%2e.png', 'back\\slash.png', `${'x'.repeat(250)}.png`];
    for (const name of names) write(folder, name, 'x');
    expect((await pathsOf(folder)).sort()).toEqual([...names].sort());
  });

  it.skipIf(process.platform !== 'linux')('reports a name that is no UTF-8', async () => {
    const folder = temporaryFolder();
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff]), Buffer.from('.png')]), 'x');
    const { files, problems } = await walk(folder);
    expect(files).toEqual([]);
    expect(problems).toMatchObject([{ code: 'name-not-understood', path: 'bad\ufffd.png' }]);
  });

  it('reports links that lead in a circle, and goes on', async () => {
    const folder = temporaryFolder();
    write(folder, 'a/b/1.png', 'x');
    symlinkSync('../..', join(folder, 'a/b/up'));
    symlinkSync('self.png', join(folder, 'self.png'));
    const { files, problems } = await walk(folder);
    expect(files.map((f) => f.path)).toEqual(['a/b/1.png']);
    expect(problems.map((p) => [p.code, p.path]).sort()).toEqual([
      ['symlink-loop', 'a/b/up'],
      ['symlink-loop', 'self.png'],
    ]);
  });

  it('counts nothing twice that links show twice, but follows links that lead out', async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    write(folder, 'real/1.png', 'x');
    write(elsewhere, '2.png', 'x');
    symlinkSync(join(folder, 'real'), join(folder, 'again'));
    symlinkSync(join(folder, 'real/1.png'), join(folder, '0.png'));
    symlinkSync(elsewhere, join(folder, 'disk'));
    symlinkSync(elsewhere, join(folder, 'disk2'));
    linkSync(join(folder, 'real/1.png'), join(folder, 'real/hard.png')); // a second name is a second file
    expect(await walk(folder)).toMatchObject({
      files: [{ path: 'disk/2.png' }, { path: 'real/1.png' }, { path: 'real/hard.png' }],
      problems: [],
    });
  });

  it('reports a link to nothing, and a pipe, without waiting for it', async () => {
    const folder = temporaryFolder();
    symlinkSync('nowhere', join(folder, 'broken.png'));
    symlinkSync('nowhere', join(folder, 'broken.txt'));
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe.png')]);
    const { problems } = await walk(folder);
    expect(problems.map((p) => [p.code, p.path])).toEqual([
      ...(process.platform === 'win32' ? [] : [['not-an-image', 'pipe.png']]),
      ['unreadable', 'broken.png'],
    ]);
  });

  it('refuses what is no folder', async () => {
    const folder = temporaryFolder();
    write(folder, 'file', 'x');
    await expect(walk(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(walk(join(folder, 'file'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('stops when told to', async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 5; i++) mkdirSync(join(folder, String(i)));
    const controller = new AbortController();
    const walking = walk(folder, { signal: controller.signal, onFound: () => controller.abort() });
    await expect(walking).rejects.toMatchObject({ code: 'cancelled' });
  });
});
