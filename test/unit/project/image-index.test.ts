import { beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseSync } from 'node:sqlite';
import type { IndexResult } from '../../../main/dataset/index-folder.ts';
import { openDatabase } from '../../../main/project/database.ts';
import { migrations } from '../../../main/project/migrations.ts';
import { loadIndex, queryImages, saveIndex } from '../../../main/project/image-index.ts';
import { imageNamed } from '../../helpers/images.ts';

const names = [
  'SOB_B_A-14-1AB-40-1.png',
  'SOB_B_A-14-1CD-100-1.png',
  'SOB_M_DC-14-2-40-1.png',
  'SOB_M_LC-14-2-40-1.png',
  'SOB_M_LC-14-3-40-1.png',
];
const images = names.map((name, id) => imageNamed(name, id, { path: `data/${name}` }));
const result: IndexResult = {
  images,
  problems: [
    { code: 'truncated', path: 'x.png', message: 'x.png: cut' },
    { code: 'duplicate-name', path: 'y.png', message: 'y.png: twice', related: ['z/y.png'] },
  ],
  manifest: { expected: 7909, present: 5, missing: 7904, changed: 0, unknown: 0, hashed: false },
  csv: '/data/table.csv',
  synthetic: true,
  files: [
    {
      path: 'data/a.png',
      size: 5,
      mtimeMs: 1700000000000.25,
      ctimeMs: 1700000000001.5,
      ino: 2 ** 53,
      inspection: { ok: true, width: 1, height: 2, pixelSha256: 'p', fileSha256: null, look: 'ab', notes: [] },
    },
    { path: 'x.png', size: 1, mtimeMs: 1, ctimeMs: 2, ino: 7, inspection: { ok: false, code: 'truncated', what: 'cut' } },
  ],
};

describe('the stored index', () => {
  let db: DatabaseSync;
  beforeEach(() => {
    db = openDatabase(':memory:');
    saveIndex(db, '/data/breakhis', result);
  });

  it('comes back as it was saved, and a new one replaces it', () => {
    expect(loadIndex(db)).toEqual({ folder: '/data/breakhis', result });
    const images1 = images.slice(0, 1);
    const smaller: IndexResult = { images: images1, problems: [], manifest: null, csv: null, synthetic: false, files: [] };
    saveIndex(db, '/other', smaller);
    expect(loadIndex(db)).toEqual({ folder: '/other', result: smaller });
    expect(loadIndex(openDatabase(':memory:'))).toBeNull();
  });

  it('of an older version is read, its files are looked at anew', () => {
    const old = openDatabase(':memory:', migrations.slice(0, 1));
    old.exec(`INSERT INTO data_set (id, folder, manifest) VALUES (1, '/data', NULL);
      INSERT INTO known_file VALUES ('a.png', 1, 2, 3, '{}')`);
    for (const step of migrations.slice(1)) old.exec(step);
    const result = { images: [], problems: [], manifest: null, csv: null, synthetic: false, files: [] };
    expect(loadIndex(old)).toEqual({ folder: '/data', result });
  });

  it('keeps the old index when saving fails', () => {
    const twice = { ...result, images: [images[0], images[0]] };
    expect(() => saveIndex(db, '/other', twice)).toThrow('UNIQUE');
    expect(loadIndex(db)?.folder).toBe('/data/breakhis');
  });

  it.each([
    [{}, [0, 1, 2, 3, 4]],
    [{ magnification: 40 }, [0, 2, 3, 4]],
    [{ label: 'malignant', subtype: 'LC' }, [3, 4]],
    [{ case: '14-2' }, [2, 3]],
    [{ slide: 'SOB_B_A-14-1CD' }, [1]],
    [{ subtype: "%' OR 1=1" }, []],
  ] as const)('lists the images that match %j', (filter, ids) => {
    const { total, images: found } = queryImages(db, filter, 0, 100);
    expect(found.map((i) => i.id)).toEqual(ids);
    expect(total).toBe(ids.length);
  });

  it('lists a slide from the smallest magnification on, whatever its paths', () => {
    const own = [100, 200, 400, 40].map((m, id) => imageNamed(`SOB_B_A-14-1-${m}-001.png`, id));
    saveIndex(db, '/data', { ...result, images: own });
    expect(queryImages(db, {}, 0, 10).images.map((i) => i.magnification)).toEqual([40, 100, 200, 400]);
  });

  it('gives pages', () => {
    const page = queryImages(db, { magnification: 40 }, 1, 2);
    expect(page.total).toBe(4);
    expect(page.images).toEqual([images[2], images[3]]);
  });
});
