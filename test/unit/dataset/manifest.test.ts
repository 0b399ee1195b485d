import { beforeAll, describe, expect, it } from 'vitest';
import { compareWithManifest, type Manifest, type NamedFile, readFold, readManifest } from '../../../main/dataset/manifest.ts';
import { parseBreakhisName } from '../../../shared/domain/breakhis.ts';

describe('the published manifest', () => {
  let manifest: Manifest;
  let complete: NamedFile[];

  beforeAll(async () => {
    manifest = await readManifest();
    complete = [...manifest.values()].map(({ name, slide, bytes, sha256 }) => {
      return { path: `${slide}/${name}`, name, bytes, fileSha256: sha256, usable: true };
    });
  });

  it('has the published counts', () => {
    const names = [...manifest.values()].map((e) => parseBreakhisName(e.name)!);
    expect(names).toHaveLength(7909);
    expect(new Set(names.map((n) => n.slide)).size).toBe(82);
    expect(new Set(names.map((n) => n.case)).size).toBe(70);
    const count = (label: string, magnification: number) =>
      names.filter((n) => n.label === label && n.magnification === magnification).length;
    expect([40, 100, 200, 400].map((m) => count('benign', m))).toEqual([625, 644, 623, 588]);
    expect([40, 100, 200, 400].map((m) => count('malignant', m))).toEqual([1370, 1437, 1390, 1232]);
  });

  it.each([1, 2, 3, 4, 5])('has an official fold %i that names every image', async (fold) => {
    const sideOf = await readFold(fold);
    const sides = [...manifest.values()].map((e) => sideOf(e.name));
    expect(sides).not.toContain(undefined);
    expect(sides.filter((s) => s === 'test').length).toBeGreaterThan(2000);
    expect(sideOf('another.png')).toBeUndefined();
  });

  it('finds nothing wrong with the complete data set', () => {
    const { report, problems } = compareWithManifest(manifest, complete, true);
    expect(report).toEqual({ expected: 7909, present: 7909, missing: 0, changed: 0, unknown: 0, hashed: true });
    expect(problems).toEqual([]);
  });

  it('names the slides that a nearly complete copy lacks images of', () => {
    const missing = complete.filter((f) => f.path.startsWith('SOB_M_DC-14-2523/')).slice(0, 3);
    const { report, problems } = compareWithManifest(
      manifest,
      complete.filter((f) => !missing.includes(f)),
      true,
    );
    expect(report.missing).toBe(3);
    expect(problems).toMatchObject([
      { code: 'missing-against-manifest', path: 'SOB_M_DC-14-2523', related: missing.map((f) => f.name) },
    ]);
  });

  it('takes a folder with few images for a part, in one line', () => {
    const { report, problems } = compareWithManifest(manifest, complete.slice(0, 40), false);
    expect(report).toMatchObject({ present: 40, missing: 7869, hashed: false });
    expect(problems).toMatchObject([{ code: 'missing-against-manifest', path: '.' }]);
  });

  it('reports changed and unknown files, singly when few, by slide when many', () => {
    const edited = complete.map((f, i) => (i === 5 ? { ...f, fileSha256: 'other' } : i === 6 ? { ...f, bytes: 1 } : f));
    const stranger = {
      path: 'x/SOB_M_DC-14-1-40-001.png',
      name: 'SOB_M_DC-14-1-40-001.png',
      bytes: 1,
      fileSha256: null,
      usable: true,
    };
    const few = compareWithManifest(manifest, [...edited, stranger], true);
    expect(few.report).toMatchObject({ changed: 2, unknown: 1, missing: 0 });
    expect(few.problems.map((p) => [p.code, p.path])).toEqual([
      ['changed-against-manifest', complete[5].path],
      ['changed-against-manifest', complete[6].path],
      ['unknown-to-manifest', stranger.path],
    ]);
    const reencoded = compareWithManifest(
      manifest,
      complete.map((f) => ({ ...f, bytes: f.bytes - 7 })),
      false,
    );
    expect(reencoded.report.changed).toBe(7909);
    expect(reencoded.problems).toHaveLength(82);
  });
});
