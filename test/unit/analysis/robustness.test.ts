import { describe, expect, it } from 'vitest';
import { cell as sample } from '../../../renderer/testing/samples.ts';
import type { Cell } from '../../../shared/analysis/cells.ts';
import { matricesOf, matrixNote } from '../../../shared/analysis/matrix.ts';
import { rankText, robustnessOf } from '../../../shared/analysis/robustness.ts';
import { tableOf } from '../../../shared/analysis/table.ts';

/** A test of as many benign as malignant images, or of one class. */
function cell(model: string, train: number, test: number, value: number, change: Partial<Cell> & { only?: true } = {}): Cell {
  const { only, ...rest } = change;
  const whole = sample(train, test, value, { model, images: 40, cases: 12, ...rest });
  return {
    ...whole,
    trial: `${model} ${train} ${whole.seed}`,
    metrics: { ...whole.metrics, balancedAccuracy: only ? null : value },
    confusion: only
      ? [
          [0, 0],
          [0, 40],
        ]
      : [
          [20, 0],
          [0, 20],
        ],
  };
}

/** Two magnifications, each in training and test. */
const network = (model: string, same: number, other: number, change: Partial<Cell> = {}) => [
  cell(model, 40, 40, same, change),
  cell(model, 40, 100, other, change),
  cell(model, 100, 40, other, change),
  cell(model, 100, 100, same, change),
];
const seeds = (model: string, same: number, other: number) => [0, 1, 2].flatMap((seed) => network(model, same, other, { seed }));

describe('robustness', () => {
  it('is what is kept above chance, not the highest mean', () => {
    const [a, b] = robustnessOf(tableOf([...seeds('a', 0.95, 0.75), ...seeds('b', 0.8, 0.78)]));
    expect(a.overall).toBeGreaterThan(b.overall!);
    expect(a.retention).toBeCloseTo(0.25 / 0.45, 12);
    expect(b.retention).toBeCloseTo(0.28 / 0.3, 12);
  });

  it('tells the range of the squares, and how places among the networks change', () => {
    const [a, b, histogram] = robustnessOf(tableOf([...seeds('a', 0.95, 0.7), ...seeds('b', 0.8, 0.78), ...seeds('colour_histogram', 0.99, 0.99)])); // prettier-ignore
    expect([a.range, b.range]).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.02, 12)]);
    expect([a.ranks, b.ranks, histogram.ranks]).toEqual([{ same: 1, other: 2 }, { same: 2, other: 1 }, null]);
    expect(rankText(a.ranks!)).toBe('1 \u2192 2');
  });

  it('is not given of a network that is hardly above chance where it was trained', () => {
    expect(robustnessOf(tableOf(seeds('a', 0.54, 0.53)))[0].retention).toBeNull();
  });
});

describe('a square of one class', () => {
  const cells = [
    cell('a', 40, 40, 0.8),
    cell('a', 40, 100, 1, { only: true, images: 8, cases: 4 }),
    cell('a', 100, 40, 0.6),
    cell('a', 100, 100, 1, { only: true, images: 8, cases: 4 }),
  ];

  it.each(['accuracy', 'balancedAccuracy'] as const)('enters no mean of %s, and a note names it', (metric) => {
    const [matrix] = matricesOf(tableOf(cells), metric);
    expect(matrix.squares[0][1]).toMatchObject({ only: 'malignant', few: true, images: 8, cases: 4 });
    expect(matrix.squares[0][0]).toMatchObject({ only: null, few: false });
    expect(matrix.diagonalMean).toBeCloseTo(0.8, 12);
    expect(matrix.offDiagonalMean).toBeCloseTo(0.6, 12);
    expect(matrix.overallMean).toBeCloseTo(0.7, 12);
    expect(matrix.rowMeans.map((m) => Number(m!.toFixed(12)))).toEqual([0.8, 0.6]);
    expect(matrixNote(matrix)).toBe(
      'Left out of the means, one class only: 40x → 100x, 100x → 100x. Few images or cases in the test: 100x 8 images of 4 cases.',
    );
  });

  it('is not the worst square', () => {
    const low = cells.map((c) => (c.view.magnification === 100 ? { ...c, metrics: { ...c.metrics, accuracy: 0 } } : c));
    expect(robustnessOf(tableOf(low))[0].worst).toEqual({ train: 100, test: { magnification: 40, scale: 'native' }, value: 0.6 });
  });
});
