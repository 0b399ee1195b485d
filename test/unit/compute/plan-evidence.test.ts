import { describe, expect, it } from 'vitest';
import { evidenceWarnings } from '../../../main/compute/plan-evidence.ts';
import type { IndexedImage, Part, Split } from '../../../shared/contract/dataset.ts';
import { evidenceOf, evidenceText } from '../../../shared/domain/study/evidence.ts';
import { type PlanInput, planSchema } from '../../../shared/contract/plan.ts';
import { magnificationsOf } from '../../../shared/domain/study/train-set.ts';

interface Group {
  readonly part: Part;
  readonly magnification: number;
  readonly label: 'benign' | 'malignant';
  readonly images: number;
  readonly cases: number;
}

/** Images spread evenly over their cases, and the split that holds them. */
function dataset(groups: readonly Group[]): { images: IndexedImage[]; split: Split } {
  const images = groups.flatMap(({ part, magnification, label, images: count, cases }, g) =>
    Array.from({ length: count }, (_, i) => ({
      part,
      image: { path: `${g}-${i}.png`, label, magnification, case: `${part}-${label}-${i % cases}` } as IndexedImage,
    })),
  );
  const split = { parts: Object.fromEntries(images.map(({ part, image }) => [image.path, part])) } as unknown as Split;
  return { images: images.map(({ image }) => image), split };
}

const both = (part: Part, magnification: number, images: number, cases: number): Group[] =>
  (['benign', 'malignant'] as const).map((label) => ({ part, magnification, label, images, cases }));

const plan = (change: Partial<PlanInput> = {}) =>
  planSchema.parse({
    format: 2,
    name: 'P',
    dataset: { folder: '/data' },
    models: ['resnet18'],
    trainSets: [40],
    testMagnifications: [40, 100],
    ...change,
  });

const enough = [...both('train', 40, 50, 10), ...both('validation', 40, 20, 4), ...both('test', 40, 20, 4)];
const warnings = (groups: readonly Group[], change: Partial<PlanInput> = {}) => {
  const { images, split } = dataset(groups);
  const made = plan(change);
  const sets = made.trainSets.map((set) => magnificationsOf(set, [40, 100]));
  return evidenceWarnings(made, sets, { images, split, classes: ['benign', 'malignant'] });
};

describe('what a study would stand on', () => {
  it('is not warned of where there is enough', () => {
    expect(warnings([...enough, ...both('test', 100, 15, 3)])).toEqual([]);
  });

  it('is told by numbers where a test part has one class', () => {
    const test = { part: 'test', magnification: 100, label: 'malignant', images: 8, cases: 4 } as const;
    expect(warnings([...enough, test])).toEqual([
      {
        field: 'testMagnifications',
        message: expect.stringMatching(/^At 100x the test part has 8 images of 4 cases, all malignant: .*left out of means\.$/),
      },
    ]);
  });

  it('is told where a test part has few images or few cases, all magnifications in one warning', () => {
    const few = [
      ...both('train', 40, 50, 10),
      ...both('validation', 40, 20, 4),
      ...both('test', 40, 8, 4),
      ...both('test', 100, 20, 2),
    ];
    expect(warnings(few).map((w) => w.message)).toEqual([
      expect.stringMatching(
        /^At 40x the test part has 16 images of 8 cases \(8 benign, 8 malignant\); at 100x 40 images of 4 cases \(20 benign, 20 malignant\): with fewer/,
      ),
    ]);
  });

  it('is told of validation only where an epoch is chosen on it', () => {
    const groups = [
      ...both('train', 40, 50, 10),
      { part: 'validation', magnification: 40, label: 'benign', images: 13, cases: 3 } as const,
      ...both('test', 40, 20, 4),
      ...both('test', 100, 20, 4),
    ];
    expect(warnings(groups)).toEqual([
      { field: 'training.selection', message: expect.stringMatching(/validation part has 13 images of 3 cases, all benign/) },
    ]);
    expect(warnings(groups, { training: { selection: 'last' } })).toEqual([]);
    expect(warnings(groups.filter((g) => g.part !== 'validation'))).toEqual([
      { field: 'training.selection', message: expect.stringMatching(/no images: the last epoch is tested/) },
    ]);
  });

  it('is told of a tiny training part', () => {
    const groups = [...enough.filter((g) => g.part !== 'train'), ...both('train', 40, 5, 2), ...both('test', 100, 20, 4)];
    expect(warnings(groups)).toEqual([
      { field: 'trainSets', message: expect.stringMatching(/^At 40x the training part has 10 images of 4 cases/) },
    ]);
  });
});

describe('many classes', () => {
  it('are counted, not listed one by one', () => {
    const classes = Array.from({ length: 8 }, (_, i) => `class ${i}`);
    const images = classes.slice(1).flatMap((label, i) => Array.from({ length: i + 2 }, () => ({ label, case: label })));
    expect(evidenceText(evidenceOf(images, classes))).toBe('35 images of 7 cases (7 of 8 classes, the rarest class 1 with 2)');
  });
});
