import { closeSync, openSync, statSync, utimesSync, writeSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { condense } from '../../../main/dataset/condense.ts';
import { indexFolder, type IndexResult } from '../../../main/dataset/index-folder.ts';
import { findNearLooks, lookOf } from '../../../main/dataset/look.ts';
import { readManifest } from '../../../main/dataset/manifest.ts';
import { makeProblem } from '../../../main/dataset/problem.ts';
import { parseBreakhisName } from '../../../shared/domain/breakhis.ts';
import { foldPatient, spellingsOf } from '../../../shared/domain/patient.ts';
import { Random } from '../../../shared/domain/random.ts';
import { picture, temporaryFolder, write } from '../../helpers/images.ts';
import { changed, RGB_TAGS, tiffFile } from '../../helpers/tiff.ts';

const ofCode = (result: IndexResult, code: string) => result.problems.filter((p) => p.code === code);
const HEADER = 'path,label,magnification,patient\n';

/** Soft blotches, as a picture of tissue has them; another seed is another picture. */
async function scene(seed: number, width = 180, height = 120): Promise<Sharp> {
  const random = new Random(seed);
  const coarse = Buffer.from(Array.from({ length: 18 * 12 * 3 }, () => 60 + random.integer(180)));
  const { data } = await sharp(coarse, { raw: { width: 18, height: 12, channels: 3 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

describe('spellings of a patient', () => {
  it.each([
    ['Pat-01', 'pat 1'],
    ['PAT_1', 'pat1'],
    ['Mu\u0308ller 7', 'm\u00fcller-07'],
    ['\uff30\uff11', 'p1'],
    ['van der Berg', 'VanDerBerg'],
    ['P\u200b1\u00ad', 'p1'],
    ['H12/345', 'H12-345'],
    ['P:1', 'P1'],
    ['\u0420-1', 'P1'],
    ['P\u0661\u0662', 'P12'],
    ['1.0', '01'],
  ])('%s is %s', (a, b) => expect(foldPatient(a)).toBe(foldPatient(b)));

  it.each([
    ['1-23', '12-3'],
    ['P1', 'P10'],
    ['P0', 'P'],
    ['14-2523A', '14-2523B'],
    ['A+', 'A'],
    ['-', '_'],
    ['constructor', 'toString'],
    ['1/23', '12/3'],
    ['1.10', '1'],
    ['\u0431 1', '\u0432 1'],
  ])('%s is not %s', (a, b) => expect(foldPatient(a)).not.toBe(foldPatient(b)));

  it('keeps all cases and slides of BreakHis apart', async () => {
    const names = [...(await readManifest()).values()].map(({ name }) => parseBreakhisName(name)!);
    expect(new Set(names.map((n) => foldPatient(n.case))).size).toBe(70);
    expect(new Set(names.map((n) => foldPatient(n.slide))).size).toBe(82);
    expect(spellingsOf(names.flatMap((n) => [n.case, n.slide]))).toEqual([]);
  });

  it('are one patient in an index, and a problem names them', async () => {
    const folder = temporaryFolder();
    const patients = ['Pat-1', 'pat-1', 'P2', 'PAT 01'];
    for (const i of patients.keys()) write(folder, `${i}.png`, await picture(i));
    const csv = write(folder, 't.csv', HEADER + patients.map((p, i) => `${i}.png,${i % 2},40,${p}`).join('\n'));
    const result = await indexFolder(folder, { csv });
    expect(result.images.map((i) => i.case)).toEqual(['PAT 01', 'PAT 01', 'P2', 'PAT 01']);
    const [problem, ...others] = ofCode(result, 'patient-spelling');
    expect(others).toEqual([]);
    expect(problem.message).toContain('"PAT 01" (1 images) and as "Pat-1" (1 images) and as "pat-1" (1 images)');
  });
});

describe('a table beside names', () => {
  it('is listed where it says another class, magnification or case than BreakHis names', async () => {
    const folder = temporaryFolder();
    const names = [
      'SOB_M_DC-14-2523-40-001.png',
      'SOB_M_DC-14-2523-40-002.png',
      'SOB_M_DC-14-2773-100-001.tif',
      'SOB_B_A-14-9-40-1.png',
      'SOB_B_A-14-10-40-1.png',
    ];
    for (const [i, name] of names.entries()) write(folder, name, await picture(i));
    const rows = (...cells: string[]) =>
      write(folder, 't.csv', HEADER + names.map((name, i) => `${name},${cells[i]}`).join('\n'));
    const listed = async (csv: string) => ofCode(await indexFolder(folder, { csv }), 'table-against-name').map((p) => p.message);
    const sound = rows('1,40,SOB_M_DC-14-2523', 'M,40x,sob_m_dc-14-2523', '1,100,Q', '0,40,14-09', '0,40,P10');
    expect(await listed(sound)).toEqual([]);
    const wrong = await listed(rows('0,40,14-2523', '1,100,14-2523', '1,100,14-2524', '0,40,P1', '0,40,P1'));
    expect(wrong).toHaveLength(4);
    expect(wrong[0]).toContain('patient P1 of the table has images of 2 cases by their names: 14-9, 14-10');
    expect(wrong[1]).toContain('the table says benign, its name malignant');
    expect(wrong[2]).toContain('the table says 100x, its name 40x');
    expect(wrong[3]).toContain('the table says patient 14-2524, its name case 14-2773');
    const torn = await listed(rows('1,40,A', '1,40,B', '1,100,C', '0,40,D', '0,40,E'));
    expect(torn).toEqual([
      expect.stringContaining('images of case 14-2523, by their names, stand under 2 patients in the table: A, B'),
    ]);
  });
});

describe('copies that were saved again', () => {
  it('are told where they stand under two cases or classes', async () => {
    const folder = temporaryFolder();
    const original = await scene(1);
    write(folder, 'a.png', await original.clone().png().toBuffer());
    write(folder, 'again.jpg', await original.clone().jpeg({ quality: 60 }).toBuffer());
    write(folder, 'small.png', await original.clone().resize(120).png().toBuffer());
    write(folder, 'own.jpg', await (await scene(2)).jpeg({ quality: 60 }).toBuffer());
    write(folder, 'own.png', await (await scene(2)).png().toBuffer());
    for (let i = 3; i < 12; i++) write(folder, `${i}.png`, await (await scene(i)).png().toBuffer());
    write(
      folder,
      'bare1.png',
      await sharp({ create: { width: 90, height: 60, channels: 3, background: '#f5f0f2' } })
        .png()
        .toBuffer(),
    );
    write(
      folder,
      'bare2.png',
      await sharp({ create: { width: 90, height: 60, channels: 3, background: '#f4f0f2' } })
        .png()
        .toBuffer(),
    );
    const rows = ['a.png,1,40,P1', 'again.jpg,1,40,P2', 'small.png,1,40,P3', 'own.jpg,0,40,P4', 'own.png,0,40,P4'];
    const others = Array.from({ length: 9 }, (_, i) => `${i + 3}.png,0,40,Q${i}`);
    const csv = write(folder, 't.csv', HEADER + [...rows, ...others, 'bare1.png,0,40,B1', 'bare2.png,0,40,B2'].join('\n'));
    const result = await indexFolder(folder, { csv });
    expect(ofCode(result, 'near-duplicate-pixels')).toMatchObject([{ path: 'a.png', related: ['again.jpg', 'small.png'] }]);
    expect(ofCode(result, 'near-duplicate-pixels')[0].message).toContain('looks like another picture of 3 cases');
  });

  it('are found among 8,000 pictures in seconds', () => {
    const random = new Random(3);
    const looks = Array.from({ length: 8000 }, () => Array.from({ length: 64 }, () => random.integer(16).toString(16)).join(''));
    looks.push(looks[10].replace(/^./, looks[10].startsWith('0') ? 'f' : '0'));
    const started = performance.now();
    expect(findNearLooks(looks)).toEqual([[10, 8000]]);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(lookOf(10, 10, new Uint8Array(300))).toBe('');
  });
});

describe('equal pixels', () => {
  it('under two patients name both', async () => {
    const folder = temporaryFolder();
    for (const name of ['a.png', 'b.png', 'c.png', 'd.png']) write(folder, name, await picture(name < 'c' ? 1 : 2));
    const csv = write(folder, 't.csv', `${HEADER}a.png,1,40,P\nb.png,1,40,Q\nc.png,0,40,R\nd.png,0,100,R\n`);
    const problems = ofCode(await indexFolder(folder, { csv }), 'duplicate-pixels');
    expect(problems.map((p) => p.message.split('. ')[0])).toEqual([
      'a.png: the same picture stands under 2 cases: P, Q (also b.png)',
      'c.png: the same picture (also d.png)',
    ]);
  });
});

describe('pixels replaced in place', () => {
  it('are noticed although size and time stay', async () => {
    const folder = temporaryFolder();
    const { data } = await (await scene(1)).raw().toBuffer({ resolveWithObject: true });
    const [one, two] = [data, data.map((v) => 255 - v)].map((pixels) =>
      tiffFile([{ width: 180, height: 120, data: pixels, tags: RGB_TAGS }]),
    );
    const csv = write(folder, 't.csv', `${HEADER}a.tif,1,40,p\n`);
    const path = write(folder, 'a.tif', one);
    utimesSync(path, new Date('2024-01-01'), new Date('2024-01-01'));
    const before = statSync(path);
    const first = await indexFolder(folder, { csv });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const handle = openSync(path, 'r+');
    writeSync(handle, two);
    closeSync(handle);
    utimesSync(path, before.atime, before.mtime);
    expect(statSync(path)).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs, ino: before.ino });
    const second = await indexFolder(folder, { csv, known: first.files });
    expect(second.images[0].pixelSha256).not.toBe(first.images[0].pixelSha256);
  });
});

describe('what is told once', () => {
  it('formats that are left out, by extension', async () => {
    const folder = temporaryFolder();
    for (const path of ['a.webp', 'b/c.WEBP', 'slides.zip', 'old.tar.gz', 'scan.svs', 'notes.txt', 'README'])
      write(folder, path, 'x');
    const problems = ofCode(await indexFolder(folder), 'left-out');
    expect(problems.map((p) => [p.path, p.related])).toEqual([
      ['.', ['scan.svs']],
      ['.', ['old.tar.gz']],
      ['.', ['slides.zip']],
      ['.', ['a.webp', 'b/c.WEBP']],
    ]);
    expect(problems[3].message).toContain('2 .webp files are left out: images in a format that is not read (a.webp, b/c.WEBP)');
  });

  it('kinds of pixels, and what was done to read them', async () => {
    const folder = temporaryFolder();
    const { data } = await (await scene(1, 40, 30)).raw().toBuffer({ resolveWithObject: true });
    const deep = Buffer.from(Uint16Array.from(data, (v) => v * 257).buffer);
    const dark = Buffer.from(Uint16Array.from(data, (v) => v * 16).buffer);
    const tags = changed(RGB_TAGS, { 258: [16, 16, 16] });
    const rows: string[] = [];
    for (let i = 0; i < 25; i++) {
      write(folder, `dark${i}.tif`, tiffFile([{ width: 40, height: 30, data: dark, tags: [...tags, [305, `no. ${i}`]] }]));
      rows.push(`dark${i}.tif,1,40,p${i}`);
    }
    write(folder, 'deep.tif', tiffFile([{ width: 40, height: 30, data: deep, tags }]));
    const csv = write(folder, 't.csv', HEADER + [...rows, 'deep.tif,0,40,q'].join('\n'));
    const result = await indexFolder(folder, { csv });
    expect(result.images.map((i) => i.path)).toEqual(['deep.tif']);
    const [refused, ...others] = ofCode(result, 'unsupported-pixels');
    expect(others).toEqual([]);
    expect(refused).toMatchObject({ path: '.', related: expect.objectContaining({ length: 25 }) });
    expect(refused.message).toMatch(/^25 images: it holds 16 bits .* and 20 more\)\. Open it in/);
    expect(ofCode(result, 'converted-pixels')).toMatchObject([{ path: '.', related: ['deep.tif'] }]);
  });

  it('many problems of one code', () => {
    const size = (i: number) => makeProblem('unexpected-size', `a/b/${i}.png`, '10 x 10 pixels instead of 700 x 460');
    const cut = (i: number) => makeProblem('truncated', `a/c/${i}.png`, `the file ends early, after ${i} bytes`);
    const row = (i: number) => makeProblem('bad-row', 't.csv', `line ${i}, column label: it is empty`);
    const of = (make: (i: number) => ReturnType<typeof size>, n: number) => Array.from({ length: n }, (_, i) => make(i));
    expect(condense(of(size, 20))).toHaveLength(20);
    const lines = condense([...of(size, 30), ...of(cut, 22), ...of(row, 48)]);
    expect(lines.map((l) => [l.path, l.related?.length])).toEqual([
      ['a/b', 30],
      ['a/c', 22],
      ['t.csv', undefined],
    ]);
    expect(lines[0].message).toContain('30 images: 10 x 10 pixels instead of 700 x 460 (a/b/0.png, ');
    expect(lines[1].message).toContain('22 images, e.g. a/c/0.png: the file ends early, after 0 bytes; a/c/1.png');
    expect(lines[2].message).toContain('48 rows, e.g. line 0, column label: it is empty; line 1');
  });
});
