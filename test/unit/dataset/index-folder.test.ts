import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexFolder, type IndexProgress, type IndexResult, summarise } from '../../../main/dataset/index-folder.ts';
import { problemCodes } from '../../../shared/contract/dataset.ts';
import { problemKeepsImage } from '../../../shared/domain/problems.ts';
import { en } from '../../../shared/texts/en.ts';
import { picture, pngHeader, temporaryFolder, write } from '../../helpers/images.ts';

const codesOf = (result: IndexResult, path: string) => result.problems.filter((p) => p.path === path).map((p) => p.code);
const nameOf = (sequence: number, { slide = 'SOB_M_DC-14-2523', magnification = 40 } = {}) =>
  `${slide}-${magnification}-${String(sequence).padStart(3, '0')}.png`;
const fullSize = { width: 700, height: 460 };

/** A folder of six sound images of one slide. */
async function smallFolder(): Promise<string> {
  const folder = temporaryFolder();
  for (let i = 1; i <= 6; i++) write(folder, nameOf(i), await picture(i, fullSize));
  return folder;
}

describe('problem advice', () => {
  it('covers every code', () => expect(Object.keys(problemKeepsImage).sort()).toEqual([...problemCodes].sort()));

  it('stands in the documents, word for word and in order', () => {
    const text = readFileSync(new URL('../../../docs/data.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (.+?) \| (yes|no|-) \| (.+?) \|$/gm)].map(([, code, title, , advice]) => [
      code,
      title,
      advice,
    ]);
    expect(rows).toEqual(Object.entries(en.problems).map(([code, { title, advice }]) => [code, title, advice]));
  });
});

describe('indexFolder', () => {
  it('reports damaged files and indexes the rest', async () => {
    const folder = await smallFolder();
    truncateSync(join(folder, nameOf(1)), 500);
    writeFileSync(join(folder, nameOf(2)), '');
    writeFileSync(join(folder, nameOf(3)), 'no picture');
    writeFileSync(join(folder, nameOf(4)), pngHeader(60000, 60000));
    write(folder, 'holiday.png', await picture(9));
    write(folder, 'letter.png', 'text');
    mkdirSync(join(folder, 'more'));
    symlinkSync('..', join(folder, 'more/round'));
    const result = await indexFolder(folder);
    expect(result.images.map((i) => [i.id, i.path])).toEqual([
      [0, nameOf(5)],
      [1, nameOf(6)],
    ]);
    expect(codesOf(result, nameOf(1))).toEqual(['truncated']);
    expect(codesOf(result, nameOf(2))).toEqual(['zero-bytes']);
    expect(codesOf(result, nameOf(3))).toEqual(['not-an-image']);
    expect(codesOf(result, nameOf(4))).toEqual(['too-large']);
    expect(codesOf(result, 'holiday.png')).toEqual(['name-not-understood']);
    expect(codesOf(result, 'letter.png')).toEqual(['not-an-image']);
    expect(codesOf(result, 'more/round')).toEqual(['symlink-loop']);
    const truncated = result.problems.find((p) => p.code === 'truncated');
    expect(truncated?.message).toBe(
      `${nameOf(1)}: the file ends early, after 500 bytes. The copy was interrupted: copy or download this file again.`,
    );
  });

  it('reports oddities and keeps the images', async () => {
    const folder = temporaryFolder();
    const [a, b, c] = await Promise.all([picture(1, fullSize), picture(2, fullSize), picture(3, fullSize)]);
    write(folder, `benign/${nameOf(1)}`, a);
    write(folder, `malignant/lobular_carcinoma/${nameOf(2)}`, b);
    write(folder, `malignant/ductal_carcinoma/${nameOf(3)}`, c);
    write(folder, `copy/${nameOf(3)}`, c);
    write(folder, nameOf(1, { slide: 'SOB_M_LC-14-2523' }), a);
    write(folder, nameOf(4), await picture(4));
    const result = await indexFolder(folder);
    expect(result.images).toHaveLength(6);
    expect(codesOf(result, `benign/${nameOf(1)}`)).toContain('label-against-folder');
    expect(codesOf(result, `malignant/lobular_carcinoma/${nameOf(2)}`)).toContain('label-against-folder');
    expect(codesOf(result, `malignant/ductal_carcinoma/${nameOf(3)}`)).not.toContain('label-against-folder');
    expect(codesOf(result, `copy/${nameOf(3)}`)).toEqual(expect.arrayContaining(['duplicate-name', 'duplicate-pixels']));
    expect(codesOf(result, nameOf(4))).toContain('unexpected-size');
    const two = result.problems.filter((p) => p.code === 'duplicate-pixels-different-labels');
    expect(two.flatMap((p) => [p.path, ...(p.related ?? [])]).sort()).toEqual([
      nameOf(1, { slide: 'SOB_M_LC-14-2523' }),
      `benign/${nameOf(1)}`,
    ]);
  });

  it('reports files and folders without permission', async (context) => {
    const folder = await smallFolder();
    write(folder, `closed/${nameOf(7)}`, await picture(7));
    chmodSync(join(folder, nameOf(1)), 0);
    chmodSync(join(folder, 'closed'), 0);
    context.onTestFinished(() => chmodSync(join(folder, 'closed'), 0o755));
    try {
      readFileSync(join(folder, nameOf(1)));
    } catch {
      const result = await indexFolder(folder);
      expect(result.images).toHaveLength(5);
      expect(codesOf(result, nameOf(1))).toEqual(['no-permission']);
      expect(codesOf(result, 'closed')).toEqual(['no-permission']);
      return;
    }
    context.skip('permissions do not bind this user');
  });

  it('decodes only what changed', async () => {
    const folder = await smallFolder();
    const first = await indexFolder(folder);
    const seen = async (known: IndexResult['files']) => {
      const decoded: IndexProgress[] = [];
      const result = await indexFolder(folder, { known, onProgress: (p) => decoded.push(p) });
      return { result, decoded: decoded.find((p) => p.phase === 'pixels')?.total };
    };
    const again = await seen(first.files);
    expect(again.decoded).toBe(0);
    expect(again.result).toEqual(first);

    writeFileSync(join(folder, nameOf(2)), await picture(20, fullSize));
    utimesSync(join(folder, nameOf(3)), new Date(), new Date('2020-01-01'));
    write(folder, nameOf(8), await picture(8, fullSize));
    const changed = await seen(first.files);
    expect(changed.decoded).toBe(3);
    expect(changed.result.images).toHaveLength(7);
  });

  it('remembers damage too, and verifying forgets everything', async () => {
    const folder = await smallFolder();
    truncateSync(join(folder, nameOf(1)), 500);
    const first = await indexFolder(folder);
    expect(await indexFolder(folder, { known: first.files })).toEqual(first);
    const phases: string[] = [];
    const verified = await indexFolder(folder, {
      known: first.files,
      verify: true,
      onProgress: (p) => phases.push(`${p.phase} ${p.total}`),
    });
    expect(phases).toContain('verify 6');
    expect(verified.images[0].fileSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(verified.manifest?.hashed).toBe(true);
  });

  it('tells how far it is', async () => {
    const folder = await smallFolder();
    const progress: IndexProgress[] = [];
    await indexFolder(folder, { onProgress: (p) => progress.push(p) });
    expect([...new Set(progress.map((p) => p.phase))]).toEqual(['names', 'headers', 'pixels']);
    expect(progress.at(-1)).toEqual({ phase: 'pixels', done: 6, total: 6 });
  });

  it.each(['names', 'headers', 'pixels'] as const)('can be cancelled at the %s', async (phase) => {
    const folder = await smallFolder();
    const controller = new AbortController();
    const stop = (p: IndexProgress) => p.phase === phase && controller.abort();
    const indexing = indexFolder(folder, { signal: controller.signal, onProgress: stop });
    await expect(indexing).rejects.toMatchObject({ name: 'LabError', code: 'cancelled' });
  });

  it('knows demo tissue by its record, not by the year', async () => {
    const folder = temporaryFolder();
    const name = nameOf(1, { slide: 'SOB_B_A-99-1' });
    write(folder, `a/${name}`, await picture(1, fullSize));
    expect(summarise(await indexFolder(folder), folder)).toMatchObject({ synthetic: false, images: 1 });
    const record = { generator: 'magnilab demo tissue', version: 1, settings: {}, pictures: [{ path: `a/${name}`, bytes: 1 }] };
    write(folder, 'tissue.json', JSON.stringify(record));
    const result = await indexFolder(folder);
    expect(summarise(result, folder)).toMatchObject({ synthetic: true, images: 1, manifest: null, problems: [] });
    expect((await indexFolder(join(folder, 'a'))).synthetic).toBe(true);
    write(folder, nameOf(1), await picture(2, fullSize));
    expect(summarise(await indexFolder(folder), folder).synthetic).toBe(false);
  });

  it('indexes other data by a table', async () => {
    const folder = temporaryFolder();
    write(folder, 'one.jpg', await picture(1, { format: 'jpeg' }));
    write(folder, 'two.tif', await picture(2, { format: 'tiff' }));
    write(folder, 'unlisted.png', await picture(3));
    const csv = write(
      folder,
      'table.csv',
      'path,label,magnification,patient\none.jpg,benign,10x,p1\ntwo.tif,1,20X,p2\nthree.png,1,20,p2\n',
    );
    const result = await indexFolder(folder, { csv });
    expect(result.images).toMatchObject([
      { path: 'one.jpg', label: 'benign', magnification: 10, case: 'p1', slide: 'p1', subtype: '' },
      { path: 'two.tif', label: 'malignant', magnification: 20, case: 'p2' },
    ]);
    expect(result.problems.map((p) => p.code)).toEqual(['bad-row']);
    expect(summarise(result, folder)).toMatchObject({
      manifest: null,
      synthetic: false,
      byMagnification: { '10': { benign: 1, malignant: 0 }, '20': { benign: 0, malignant: 1 } },
    });
  });

  it('keeps the event loop free', async () => {
    const folder = await smallFolder();
    for (let i = 7; i <= 60; i++) copyFileSync(join(folder, nameOf(1 + (i % 6))), join(folder, nameOf(i)));
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await indexFolder(folder);
    clearInterval(timer);
    expect(longest).toBeLessThan(1000); // generous: a busy machine delays timers as well
  });

  it.skipIf(process.platform === 'win32')('works for a user without rights, in a process of its own', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can become another user');
    const folder = await smallFolder();
    execFileSync('chmod', ['-R', 'a+rX', folder]);
    chmodSync(join(folder, nameOf(1)), 0);
    write(folder, `closed/${nameOf(7)}`, 'x');
    chmodSync(join(folder, 'closed'), 0);
    const module = new URL('../../../main/dataset/index-folder.ts', import.meta.url).href;
    const script = `import { indexFolder } from '${module}'; process.setuid(65534);
      const { images, problems } = await indexFolder(${JSON.stringify(folder)});
      console.log(JSON.stringify([images.length, ...problems.map((p) => p.code + ' ' + p.path)]));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(JSON.parse(output)).toEqual(expect.arrayContaining([5, `no-permission ${nameOf(1)}`, 'no-permission closed']));
  });

  it('changes nothing in the folder', async () => {
    const folder = await smallFolder();
    const copy = temporaryFolder();
    cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
    appendFileSync(join(folder, nameOf(1)), 'tail');
    const before = execFileSync('ls', ['-lAR', '--full-time', folder], { encoding: 'utf8' });
    await indexFolder(folder, { verify: true });
    expect(execFileSync('ls', ['-lAR', '--full-time', folder], { encoding: 'utf8' })).toBe(before);
  });
});
