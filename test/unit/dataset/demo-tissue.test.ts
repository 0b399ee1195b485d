import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDemoTissue } from '../../../main/dataset/demo-tissue.ts';
import { renderField } from '../../../main/dataset/tissue/picture.ts';
import { planCases } from '../../../main/dataset/tissue/plan.ts';
import { FIELD_HEIGHT, FIELD_WIDTH, chooseFields, growRegion } from '../../../main/dataset/tissue/region.ts';
import { drawStain } from '../../../main/dataset/tissue/stain.ts';
import { TRAITS } from '../../../main/dataset/tissue/traits.ts';
import { SUBTYPES, parseBreakhisName } from '../../../shared/domain/breakhis.ts';
import { BREAKHIS_MAGNIFICATIONS } from '../../../shared/domain/magnification.ts';
import { Random } from '../../../shared/domain/random.ts';

const SMALL = { seed: 7, cases: 2, fieldsPerMagnification: 1 };
let root: string;
let folder: string;
const files = async (of: string) => (await readdir(of, { recursive: true })).filter((f) => f.endsWith('.png')).sort();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tissue-'));
  folder = join(root, 'demo');
  await generateDemoTissue(folder, { ...SMALL, workers: 2 });
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the set on disk', () => {
  it('has names of the BreakHis grammar, year 99, in folders of the published layout', async () => {
    const paths = await files(folder);
    expect(paths).toHaveLength(8);
    for (const path of paths) {
      const name = parseBreakhisName(basename(path));
      expect(name, path).toMatchObject({ year: '99' });
      const subtype = SUBTYPES.find((s) => s.code === name!.subtype)!;
      const slideFolder = name!.slide.replace('-99-', '_99-');
      expect(path.replaceAll('\\', '/')).toContain(
        `/${subtype.label}/SOB/${subtype.folder}/${slideFolder}/${name!.magnification}X/`,
      );
    }
  });

  it('has pictures of 700 x 460 px that say they are synthetic', async () => {
    for (const path of await files(folder)) {
      const { width, height, channels, exif } = await sharp(join(folder, path)).metadata();
      expect([width, height, channels]).toEqual([700, 460, 3]);
      expect(exif?.toString('latin1')).toContain('Magnilab synthetic tissue');
    }
    expect(await readFile(join(folder, 'README.txt'), 'utf8')).toMatch(/SYNTHETIC.*NOT PATIENTS/);
  });

  it('is the same to the byte for the same seed, whatever the number of workers', async () => {
    const again = join(root, 'again');
    const seen: number[] = [];
    await generateDemoTissue(again, { ...SMALL, workers: 1, onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await files(again)).toEqual(await files(folder));
    expect(await readFile(join(again, 'tissue.json'), 'utf8')).toBe(await readFile(join(folder, 'tissue.json'), 'utf8'));
    for (const path of await files(folder)) {
      expect((await readFile(join(again, path))).equals(await readFile(join(folder, path))), path).toBe(true);
    }
  });
});

describe('the cache', () => {
  it('reuses a complete set, and only for the same settings', async () => {
    const own = join(root, 'cache');
    const one = { seed: 3, cases: 1, fieldsPerMagnification: 1 };
    expect(await generateDemoTissue(own, one)).toEqual({ folder: own, images: 4, cases: 1, cached: false });
    expect(await generateDemoTissue(own, one)).toMatchObject({ cached: true });
    expect(await generateDemoTissue(own, { ...one, seed: 4 })).toMatchObject({ cached: false });

    await unlink(join(own, (await files(own))[0]));
    expect(await generateDemoTissue(own, { ...one, seed: 4 })).toMatchObject({ cached: false });

    const record = join(own, 'tissue.json');
    await writeFile(record, (await readFile(record, 'utf8')).replace('"version": 1', '"version": 0'));
    expect(await generateDemoTissue(own, { ...one, seed: 4 })).toMatchObject({ cached: false });
    expect(await files(own)).toHaveLength(4);
  });

  it('leaves nothing behind when cancelled', async () => {
    const own = join(root, 'cancelled');
    const abort = new AbortController();
    const work = generateDemoTissue(own, { ...SMALL, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect((await readdir(root)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  });

  it('does not take a folder with other files', async () => {
    const own = await mkdtemp(join(root, 'other-'));
    await writeFile(join(own, 'thesis.txt'), 'precious');
    await expect(generateDemoTissue(own, SMALL)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readdir(own)).toEqual(['thesis.txt']);
  });
});

describe('the tissue', () => {
  it('keeps the class proportion near that of BreakHis and every subtype in the default set', () => {
    const plan = planCases(1, 24);
    const benign = plan.filter((c) => 'A F PT TA'.split(' ').includes(c.subtype));
    expect(benign).toHaveLength(8);
    for (const { code } of SUBTYPES) expect(plan.filter((c) => c.subtype === code).length).toBeGreaterThanOrEqual(2);
  });

  it('is one world: a 100x picture is a zoom into the 40x picture', async () => {
    for (const subtype of ['A', 'DC']) {
      const tissue = { seed: 5, number: 1, subtype };
      const region = growRegion(tissue, 0);
      const [low, high] = chooseFields(region, [40, 100], new Random(5));
      const stain = { ...drawStain(5, 1), vignette: 0 };
      const width = Math.floor((FIELD_WIDTH * high.pixel) / low.pixel);
      const height = Math.floor((FIELD_HEIGHT * high.pixel) / low.pixel);
      const left = Math.round((high.x - low.x) / low.pixel);
      const top = Math.round((high.y - low.y) / low.pixel);
      const crop = await picture(renderField(region, low, stain))
        .extract({ left, top, width, height })
        .raw()
        .toBuffer();
      const zoom = await picture(renderField(region, high, stain))
        .resize(width, height, { fit: 'fill' })
        .raw()
        .toBuffer();
      expect(correlation(crop, zoom)).toBeGreaterThan(0.8);
    }
  });

  it('nests the fields of every magnification in the one before', () => {
    const region = growRegion({ seed: 5, number: 2, subtype: 'LC' }, 1);
    const fields = chooseFields(region, BREAKHIS_MAGNIFICATIONS, new Random(6));
    for (let i = 1; i < fields.length; i++) {
      const [outer, inner] = [fields[i - 1], fields[i]];
      expect(inner.x).toBeGreaterThanOrEqual(outer.x);
      expect(inner.x + FIELD_WIDTH * inner.pixel).toBeLessThanOrEqual(outer.x + FIELD_WIDTH * outer.pixel + 1e-6);
      expect(inner.y + FIELD_HEIGHT * inner.pixel).toBeLessThanOrEqual(outer.y + FIELD_HEIGHT * outer.pixel + 1e-6);
    }
  });

  it('carries a class signal that no single number gives away', () => {
    const areas: Record<string, number[]> = { benign: [], malignant: [] };
    for (const { code, label } of SUBTYPES) {
      for (let number = 0; number < 4; number++) {
        const { cells } = growRegion({ seed: 11, number, subtype: code }, 0);
        const nuclei = cells.filter((c) => c.kind === 'epithelial');
        areas[label].push(nuclei.reduce((sum, c) => sum + Math.PI * c.a * c.b, 0) / nuclei.length); // um2
      }
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(areas.malignant)).toBeGreaterThan(1.25 * mean(areas.benign));
    expect(Math.max(...areas.benign)).toBeGreaterThan(Math.min(...areas.malignant));
  });

  it('stains without looking at the class', () => {
    expect(drawStain(1, 1001)).toEqual(drawStain(1, 1001));
    expect(Object.keys(TRAITS)).toEqual(SUBTYPES.map((s) => s.code));
  });
});

function picture(rgb: Uint8Array) {
  return sharp(rgb, { raw: { width: FIELD_WIDTH, height: FIELD_HEIGHT, channels: 3 } }).greyscale();
}

/** Pearson's correlation of two pictures of the same size. */
function correlation(a: Uint8Array, b: Uint8Array): number {
  const mean = (v: Uint8Array) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

it('what a killed process had drawn is gone after the next start', { timeout: 300_000 }, async () => {
  const parent = join(root, 'killed');
  const module = new URL('../../../main/dataset/demo-tissue.ts', import.meta.url).href;
  const script = join(root, 'draw.mjs');
  await writeFile(
    script,
    `import { generateDemoTissue } from ${JSON.stringify(module)}; await generateDemoTissue(process.argv[2], { cases: 200 });`,
  );
  const drawing = spawn(process.execPath, [script, join(parent, 'demo')], { stdio: 'inherit' });
  const ended = once(drawing, 'exit');
  while (drawing.exitCode === null && (await files(parent).catch(() => [])).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
  drawing.kill('SIGKILL');
  await ended;
  expect(await readdir(parent)).toHaveLength(1); // half a set
  await generateDemoTissue(join(parent, 'demo'), SMALL);
  expect(await readdir(parent)).toEqual(['demo']);
});
