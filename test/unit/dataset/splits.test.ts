import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { indexFolder } from '../../../main/dataset/index-folder.ts';
import { readFold, readManifest } from '../../../main/dataset/manifest.ts';
import { leaksOf, makeSplit, splitHash } from '../../../main/dataset/splits.ts';
import {
  type IndexedImage,
  parts as PARTS,
  type Split,
  type SplitSettings,
  splitSettingsSchema,
} from '../../../shared/contract/dataset.ts';
import { SUBTYPES } from '../../../shared/domain/breakhis.ts';
import { imageNamed } from '../../helpers/images.ts';
import { describeWithSample, sampleFolder } from '../../helpers/sample.ts';

const settings = (changes: Partial<SplitSettings> = {}) => splitSettingsSchema.parse(changes);
const inPart = (images: readonly IndexedImage[], split: Split, part: string) =>
  images.filter((i) => split.parts[i.path] === part);
const kept = (images: readonly IndexedImage[], split: Split) => images.filter((i) => split.parts[i.path] !== undefined);

/** Data sets of up to 30 cases, one or two slides each, a subtype a slide, up to five images at each magnification. */
const dataSets = fc
  .array(
    fc.record({
      malignant: fc.boolean(),
      slides: fc.array(
        fc.record({
          subtype: fc.nat(3),
          images: fc.array(fc.nat(5), { minLength: 4, maxLength: 4 }).filter((n) => n.some((x) => x > 0)),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((cases) =>
    cases.flatMap(({ malignant, slides }, number) =>
      slides.flatMap(({ subtype, images }, section) =>
        images.flatMap((count, m) =>
          Array.from({ length: count }, (_, sequence) => {
            const code = SUBTYPES[subtype + (malignant ? 4 : 0)].code;
            return imageNamed(
              `SOB_${malignant ? 'M' : 'B'}_${code}-14-${number}${'AB'[section]}-${[40, 100, 200, 400][m]}-${sequence}.png`,
            );
          }),
        ),
      ),
    ),
  )
  .filter((images) => images.length > 0);

describe('any split by case', () => {
  it('keeps every case in one part, uses every image, and depends on nothing but its input', () => {
    fc.assert(
      fc.property(dataSets, fc.nat(1000), fc.constantFrom('strict' as const, 'published' as const), (images, seed, grouping) => {
        const split = makeSplit(images, settings({ seed, grouping }));
        expect(Object.keys(split.parts)).toHaveLength(images.length);
        expect(leaksOf(images, split.parts, grouping)).toEqual([]);
        if (grouping === 'strict') expect(split.leaks).toEqual([]);
        expect(makeSplit(images.toReversed(), settings({ seed, grouping }))).toEqual(split);
        expect(split.sha256).toBe(splitHash(Object.fromEntries(Object.entries(split.parts).reverse())));
        expect(splitHash(split.parts)).toBe(split.sha256);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('shows each part every class that has three cases', () => {
    fc.assert(
      fc.property(dataSets, fc.nat(1000), (images, seed) => {
        const split = makeSplit(images, settings({ seed }));
        for (const label of ['benign', 'malignant'] as const) {
          const own = images.filter((i) => i.label === label);
          const cases = new Set(own.map((i) => i.case)).size;
          const present = PARTS.filter((part) => inPart(own, split, part).length > 0);
          if (cases >= 3) expect(present).toEqual([...PARTS]);
          if (cases === 2) expect(present).toEqual(['train', 'test']);
          if (cases === 1) expect(present).toEqual(['train']);
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('stays quick with thousands of cases', () => {
    const images = Array.from({ length: 3000 }, (_, i) => imageNamed(`SOB_M_DC-14-${i}-40-1.png`, i));
    const started = performance.now();
    const split = makeSplit(images, settings());
    expect(performance.now() - started).toBeLessThan(8000);
    expect(inPart(images, split, 'test').length).toBeGreaterThan(500);
  });
});

describe('splits of BreakHis', () => {
  let images: IndexedImage[];

  beforeAll(async () => {
    images = [...(await readManifest()).values()].map(({ name, sha256 }, id) => imageNamed(name, id, { pixelSha256: sha256 }));
  });

  it.each([0, 42, 1234])('by case, seed %i: 7 : 1 : 2 for each class, all magnifications everywhere', (seed) => {
    const split = makeSplit(images, settings({ seed }));
    expect(split.leaks).toEqual([]);
    for (const label of ['benign', 'malignant'] as const) {
      const own = images.filter((i) => i.label === label);
      for (const [part, share] of [
        ['train', 0.7],
        ['validation', 0.1],
        ['test', 0.2],
      ] as const) {
        const mine = inPart(own, split, part);
        expect(mine.length / own.length, `${label} in ${part}`).toBeCloseTo(share, 1);
        expect(new Set(mine.map((i) => i.magnification)).size).toBe(4);
      }
    }
    expect(new Set(inPart(images, split, 'test').map((i) => i.subtype)).size).toBe(8);
  });

  it('another seed is another split', () => {
    const hashes = [1, 2, 3, 4, 5].map((seed) => makeSplit(images, settings({ seed })).sha256);
    expect(new Set(hashes).size).toBe(5);
  });

  it('as published, slides stay whole but cases leak, and that is said', () => {
    const split = makeSplit(images, settings({ grouping: 'published' }));
    expect(leaksOf(images, split.parts, 'published')).toEqual([]);
    expect(split.leaks.length).toBeGreaterThan(0);
  });

  it('by image: exact shares of each magnification and class, and every case leaks', () => {
    const split = makeSplit(images, settings({ by: 'image' }));
    for (const stratum of Map.groupBy(images, (i) => `${i.label} ${i.magnification}`).values()) {
      expect(inPart(stratum, split, 'test').length).toBe(Math.round(stratum.length * 0.2));
      expect(inPart(stratum, split, 'validation').length).toBe(Math.round(stratum.length * 0.1));
    }
    expect(split.leaks).toHaveLength(70);
  });

  it.each([1, 2, 3, 4, 5])('by official fold %i: its test set, a clean validation set, its leaks', async (fold) => {
    const foldOf = await readFold(fold);
    const split = makeSplit(images, settings({ by: 'fold', fold }), { foldOf });
    const tested = images.filter((i) => foldOf(i.name) === 'test');
    expect(inPart(images, split, 'test')).toEqual(tested);
    expect(split.leaks.length).toBeGreaterThanOrEqual(6);
    expect(split.leaks.length).toBeLessThanOrEqual(8);
    for (const leak of split.leaks) expect(leak.parts).toEqual(['train', 'test']);
    const trained = images.length - tested.length;
    expect(inPart(images, split, 'validation').length / trained).toBeCloseTo(1 / 8, 1);
  });
});

describe('by list', () => {
  const images = [1, 2, 3].map((n) => imageNamed(`SOB_M_DC-14-${n}-40-1.png`, n));

  it('does as the list says and leaves out the rest', () => {
    const list = new Map([
      [images[0].name, 'test' as const],
      [images[1].name, 'train' as const],
    ]);
    const split = makeSplit(images, settings({ by: 'list', file: 'mine.csv' }), { listOf: (i) => list.get(i.name) });
    expect(split.parts).toEqual({ [images[0].path]: 'test', [images[1].path]: 'train' });
    expect(split.dropped).toEqual([{ path: images[2].path, reason: 'not in the list' }]);
  });

  it('says what is missing', () => {
    const attempt =
      (changes: Partial<SplitSettings>, sources = {}) =>
      () =>
        makeSplit(images, settings(changes), sources);
    expect(attempt({ by: 'list' })).toThrow(expect.objectContaining({ code: 'bad-input', details: { field: 'file' } }));
    expect(attempt({ by: 'fold' }, { foldOf: () => 'train' })).toThrow(expect.objectContaining({ details: { field: 'fold' } }));
    expect(attempt({ by: 'list' }, { listOf: () => undefined })).toThrow(expect.objectContaining({ details: { field: 'file' } }));
    expect(() => makeSplit([], settings())).toThrow(expect.objectContaining({ details: { field: 'images' } }));
  });
});

describe('duplicates', () => {
  const dc = imageNamed('SOB_M_DC-14-13412-40-001.png', 0, { pixelSha256: 'same' });
  const lc = imageNamed('SOB_M_LC-14-13412-40-001.png', 1, { pixelSha256: 'same' });
  const a = imageNamed('SOB_M_PC-14-7-40-001.png', 2, { pixelSha256: 'twin' });
  const b = imageNamed('SOB_M_PC-14-8-40-001.png', 3, { pixelSha256: 'twin' });
  const benign = imageNamed('SOB_B_A-14-9-40-001.png', 4, { pixelSha256: 'riddle' });
  const malignant = imageNamed('SOB_M_MC-14-10-40-001.png', 5, { pixelSha256: 'riddle' });
  const images = [dc, lc, a, b, benign, malignant];

  it('keeps the lobular copy of 13412, the first of others, none where the classes differ', () => {
    const split = makeSplit(images, settings());
    expect(kept(images, split)).toEqual([lc, a]);
    expect(split.dropped).toEqual([
      { path: benign.path, reason: 'same pixels as an image of another class' },
      { path: dc.path, reason: `same pixels as ${lc.path}` },
      { path: malignant.path, reason: 'same pixels as an image of another class' },
      { path: b.path, reason: `same pixels as ${a.path}` },
    ]);
  });

  it('keeps all when told to', () => {
    const split = makeSplit(images, settings({ dropDuplicates: false }));
    expect(kept(images, split)).toHaveLength(6);
    expect(split.dropped).toEqual([]);
  });
});

describe('one patient under two names', () => {
  const of = (patient: string, i: number, pixelSha256 = `p${patient}${i}`) =>
    imageNamed(`SOB_${i % 2 ? 'M_DC' : 'B_A'}-14-${i}-40-1.png`, i, {
      path: `${patient} ${i}.png`,
      case: patient,
      slide: patient,
      pixelSha256,
    });

  it('is dealt as one and leaks as one: spellings', () => {
    const patients = ['Pat-1', 'pat 01', 'PAT1', 'Pat-2', 'pat_2', 'Pat-3', 'Pat 3', 'Pat-4', 'Pat-5', 'Pat-6'];
    const images = patients.flatMap((p, k) => [of(p, 2 * k), of(p, 2 * k + 1)]);
    for (const grouping of ['strict', 'published'] as const) {
      const { parts, leaks } = makeSplit(images, settings({ grouping }));
      expect(leaks).toEqual([]);
      const partsOf = (...names: string[]) => new Set(images.filter((i) => names.includes(i.case)).map((i) => parts[i.path]));
      expect(partsOf('Pat-1', 'pat 01', 'PAT1').size).toBe(1);
      expect(partsOf('Pat-2', 'pat_2').size).toBe(1);
    }
    const list = new Map(images.map((i) => [i.path, i.case === 'pat_2' ? ('test' as const) : ('train' as const)]));
    const { leaks } = makeSplit(images, settings({ by: 'list', file: 'l.csv' }), { listOf: (i) => list.get(i.path) });
    expect(leaks).toEqual([{ case: 'Pat-2 = pat_2', parts: ['train', 'test'] }]);
  });

  it('is dealt as one and leaks as one: equal pixels, when duplicates are kept', () => {
    const images = 'ABCDEFGH'.split('').flatMap((p, k) => [of(p, 2 * k), of(p, 2 * k + 1)]);
    images.push(of('C', 20, 'same'), of('F', 20, 'same'), of('F', 21, 'too'), of('H', 21, 'too'));
    for (const seed of [1, 2, 3, 4]) {
      const { parts, leaks } = makeSplit(images, settings({ seed, dropDuplicates: false }));
      expect(leaks).toEqual([]);
      expect(new Set(images.filter((i) => 'CFH'.includes(i.case)).map((i) => parts[i.path])).size).toBe(1);
    }
    const parts = Object.fromEntries(images.map((i) => [i.path, i.case === 'F' ? ('test' as const) : ('train' as const)]));
    expect(leaksOf(images, parts)).toEqual([{ case: 'C = F = H', parts: ['train', 'test'] }]);
  });
});

describe('duplicates in an official fold', () => {
  it.each([1, 2, 3, 4, 5])('leave the published test images of fold %i as they are', async (fold) => {
    const twin = (name: string) => name.replace('SOB_M_DC-14-13412', 'SOB_M_LC-14-13412'); // the same pictures, numbered alike
    const images = [...(await readManifest()).values()].map(({ name }, id) => imageNamed(name, id, { pixelSha256: twin(name) }));
    const foldOf = await readFold(fold);
    const split = makeSplit(images, settings({ by: 'fold', fold }), { foldOf });
    expect(inPart(images, split, 'test')).toEqual(images.filter((i) => foldOf(i.name) === 'test'));
    const trained = new Set(
      images.filter((i) => split.parts[i.path] && split.parts[i.path] !== 'test').map((i) => i.pixelSha256),
    );
    expect(inPart(images, split, 'test').filter((i) => trained.has(i.pixelSha256))).toEqual([]);
    expect(split.leaks.length).toBeGreaterThanOrEqual(5);
    expect(split.leaks.length).toBeLessThanOrEqual(9);
  });

  it('keep a test image whose copy has the other class', () => {
    const [tested, copy, other] = ['SOB_B_A-14-1-40-1.png', 'SOB_M_DC-14-2-40-1.png', 'SOB_M_DC-14-3-40-1.png'].map((name, i) =>
      imageNamed(name, i, { pixelSha256: i < 2 ? 'same' : 'other' }),
    );
    const foldOf = (name: string) => (name === tested.name ? ('test' as const) : ('train' as const));
    const split = makeSplit([tested, copy, other], settings({ by: 'fold', fold: 1 }), { foldOf });
    expect(split.parts).toEqual({ [tested.path]: 'test', [other.path]: 'train' });
    expect(split.dropped).toEqual([{ path: copy.path, reason: 'same pixels as an image of another class' }]);
  });
});

describeWithSample('a split of the sample', () => {
  it('drops the ductal twins and tests both classes at every magnification', async () => {
    const { images } = await indexFolder(sampleFolder);
    for (const seed of [1, 42]) {
      const split = makeSplit(images, settings({ seed }));
      expect(split.leaks).toEqual([]);
      expect(split.dropped).toHaveLength(9);
      for (const { path } of split.dropped) expect(path).toContain('SOB_M_DC-14-13412');
      const kinds = new Set(inPart(images, split, 'test').map((i) => `${i.label} ${i.magnification}`));
      expect(kinds.size).toBe(8);
    }
  });
});
