import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordTestLook, testLooksOf } from '../../../main/project/test-looks.ts';
import { presetPlan } from '../../../shared/contract/plan.ts';
import type { StudyFile } from '../../../shared/contract/study.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const study = (name: string, ...splits: string[]): StudyFile => ({
  format: 2,
  name,
  createdAt: `2026 ${name}`,
  plan: presetPlan('quick', name, '/data'),
  classes: ['benign', 'malignant'],
  positive: 'malignant',
  splits: splits.map((sha256) => ({ fold: null, imageLevel: false, sha256 })),
  trials: [],
  magnilab: '0.1.0',
});

describe('looks at a test set', () => {
  it('are counted once per study, and for every study with one of its splits', async () => {
    const path = join(await temporaryFolder(), 'test-looks.json');
    expect(await testLooksOf(path, study('A', 'x'))).toEqual([]);
    for (const one of [study('A', 'x'), study('B', 'y'), study('C', 'x', 'z'), study('A', 'x')])
      await recordTestLook(path, one, () => {});
    expect(await testLooksOf(path, study('A', 'x'))).toEqual(['A', 'C']);
    expect(await testLooksOf(path, study('D', 'y', 'z'))).toEqual(['B', 'C']);
  });

  it('are not forgotten by a record that was changed by hand: it is refused by name', async () => {
    const path = join(await temporaryFolder(), 'test-looks.json');
    await recordTestLook(path, study('A', 'x'), () => {});
    await writeFile(path, (await readFile(path, 'utf8')).replace('"A"', '"B"'));
    await expect(testLooksOf(path, study('A', 'x'))).rejects.toMatchObject({ code: 'damaged-file' });
  });
});
