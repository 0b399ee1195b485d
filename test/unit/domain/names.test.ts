import { describe, expect, it } from 'vitest';
import { nameSchema } from '../../../shared/contract/plan.ts';
import { trialIdSchema } from '../../../shared/contract/trial.ts';
import { folderNameOf, newNameProblem } from '../../../shared/domain/names.ts';

const NAMES = ['Müller Gewebe', '乳腺 2026', 'Ткань', 'إختبار', 'ชิ้นเนื้อ', 'हिन्दी', 'Ł\u00f3d\u017a', 'Strauß'];

describe('names', () => {
  it.each(NAMES)('may be of any letters: %s', (name) => {
    expect(nameSchema.parse(name)).toBe(name.normalize('NFC'));
    expect(newNameProblem(name)).toBeNull();
    const id = `${folderNameOf(name)}_resnet18_40x_s0`;
    expect(trialIdSchema.safeParse(id).success, id).toBe(true);
  });

  it('are one name in both Unicode forms', () => {
    expect(nameSchema.parse('Mu\u0308ller')).toBe('M\u00fcller');
    expect(folderNameOf('Mu\u0308ller')).toBe(folderNameOf('M\u00fcller'));
  });

  it.each(['../evil', 'a/b', 'a\\b', '.hidden', 'a\u0000b', 'a\nb', 'a:b', '', ' ', '-x', 'a\u202eb', 'x'.repeat(81)])(
    'are never %j',
    (name) => {
      expect(nameSchema.safeParse(name).success).toBe(false);
    },
  );

  it.each(['Study.', 'Study ', 'CON', 'nul', 'com1.txt', '\u{20000}'.repeat(60)])(
    'that no new file may have are told: %s',
    (name) => {
      expect(nameSchema.safeParse(name).success).toBe(true); // an older study of this name opens
      expect(newNameProblem(name)).not.toBeNull();
    },
  );
});

describe('a folder of a name', () => {
  it('is what it always was for plain names', () => {
    expect(folderNameOf('BreakHis by case')).toBe('BreakHis-by-case');
    expect(folderNameOf('a.b_c-1')).toBe('a.b_c-1');
  });

  it('keeps apart what differs, and reads like the name', () => {
    expect(folderNameOf('Müller')).toMatch(/^Muller-[0-9a-f]{8}$/);
    expect(folderNameOf('Strauß')).toMatch(/^Strauss-[0-9a-f]{8}$/);
    expect(folderNameOf('乳腺')).toMatch(/^study-[0-9a-f]{8}$/);
    const folders = [...NAMES, 'Muller Gewebe', 'Strauss', 'study'].map(folderNameOf);
    expect(new Set(folders).size).toBe(folders.length);
  });
});
