import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { indexFolder, type IndexResult, summarise } from '../../../main/dataset/index-folder.ts';
import { temporaryFolder } from '../../helpers/images.ts';
import { describeWithSample, sampleFolder, sampleSlides } from '../../helpers/sample.ts';

/** Every entry below a folder with its time of change: equal listings mean that nothing was touched. */
const listing = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => `${path} ${lstatSync(join(folder, path)).mtimeMs}`);

describeWithSample('the BreakHis sample', () => {
  let result: IndexResult;
  let before: string[];

  beforeAll(async () => {
    before = listing(sampleFolder);
    result = await indexFolder(sampleFolder, { verify: true });
  });

  it('has the published counts', () => {
    const summary = summarise(result, sampleFolder);
    expect(summary).toMatchObject({ images: 257, slides: 32, cases: 24, synthetic: false });
    expect(summary.byMagnification).toEqual({
      '40': { benign: 26, malignant: 19 },
      '100': { benign: 88, malignant: 90 },
      '200': { benign: 5, malignant: 5 },
      '400': { benign: 13, malignant: 11 },
    });
    expect(summary.counts.reduce((sum, c) => sum + c.images, 0)).toBe(257);
    expect(summary.counts.find((c) => c.magnification === 100 && c.subtype === 'PC')).toMatchObject({
      label: 'malignant',
      images: 27,
    });
  });

  it('equals the published files, byte by byte', () => {
    expect(result.manifest).toEqual({ expected: 7909, present: 257, missing: 7652, changed: 0, unknown: 0, hashed: true });
  });

  it('reports its oddities and nothing else', () => {
    const codes = Object.fromEntries([...Map.groupBy(result.problems, (p) => p.code)].map(([code, all]) => [code, all.length]));
    // a part of the data set is no fault: one line says what is missing
    expect(codes).toEqual({ 'missing-against-manifest': 1, 'duplicate-pixels-different-labels': 9, 'unexpected-size': 9 });
    const twins = result.problems.filter((p) => p.code === 'duplicate-pixels-different-labels');
    for (const { path, related } of twins) {
      expect(basename(path)).toMatch(/^SOB_M_DC-14-13412-100-/);
      expect(related?.map((r) => basename(r))).toEqual([basename(path).replace('DC', 'LC')]);
    }
    const sizes = result.problems.filter((p) => p.code === 'unexpected-size');
    for (const { path, message } of sizes) {
      expect(basename(path)).toMatch(/^SOB_M_PC-14-12465-100-/);
      expect(message).toContain('700 x 456 pixels instead of 700 x 460, as published');
    }
  });

  it('keeps the patient whose year is not 14', () => {
    const images = result.images.filter((i) => i.slide === 'SOB_M_PC-15-190EF');
    expect(images).toHaveLength(3);
    expect(images[0]).toMatchObject({ case: '15-190', magnification: 400, subtype: 'PC' });
  });

  it('was not touched', () => expect(listing(sampleFolder)).toEqual(before));

  it('is the same data set in a flat copy', async () => {
    const folder = temporaryFolder();
    for (const image of result.images) symlinkSync(join(sampleFolder, image.path), join(folder, image.name));
    const flat = await indexFolder(folder);
    expect({ ...summarise(flat, ''), problems: null }).toEqual({
      ...summarise(result, ''),
      problems: null,
      manifest: { ...result.manifest, hashed: false },
    });
  });

  it('reports damage done to a copy', async () => {
    const folder = temporaryFolder();
    const slide = 'malignant/SOB/ductal_carcinoma/SOB_M_DC_14-2773/40X';
    mkdirSync(join(folder, slide), { recursive: true });
    const names = readdirSync(join(sampleSlides, slide)).sort();
    for (const name of names) writeFileSync(join(folder, slide, name), readFileSync(join(sampleSlides, slide, name)));
    truncateSync(join(folder, slide, names[0]), 300_000);
    // one byte of a date, as the two copies of case 13412 differ: the picture is whole, the file is not the published one
    const bytes = readFileSync(join(folder, slide, names[1]));
    writeFileSync(join(folder, slide, names[1]), Buffer.concat([bytes, Buffer.from('\n')]));
    const damaged = await indexFolder(folder);
    expect(damaged.images).toHaveLength(names.length - 1);
    expect(damaged.problems.map((p) => [p.code, basename(p.path)])).toEqual([
      ['truncated', names[0]],
      ['changed-against-manifest', names[1]],
      ['missing-against-manifest', '.'],
    ]);
    expect(damaged.manifest).toMatchObject({ present: names.length, changed: 2, hashed: false });
  });
});
