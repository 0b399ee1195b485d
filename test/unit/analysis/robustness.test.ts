import { describe, expect, it } from 'vitest';
import { cell as sample } from '../../../renderer/testing/samples.ts';
import type { Cell } from '../../../shared/analysis/cells.ts';
import { matricesOf, matrixNote } from '../../../shared/analysis/matrix.ts';
import { answerOf, answerText, robustnessOf } from '../../../shared/analysis/robustness.ts';
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
const name = (id: string) => id.toUpperCase();
const textOf = (cells: readonly Cell[]) => answerText(answerOf(tableOf(cells)), name);

describe('the answer', () => {
  it('names the network that keeps its accuracy, not the one with the highest mean', () => {
    const cells = [...seeds('a', 0.95, 0.75), ...seeds('b', 0.8, 0.78)];
    const [a, b] = robustnessOf(tableOf(cells));
    expect(a.overall).toBeGreaterThan(b.overall!);
    expect(a.retention).toBeCloseTo(0.25 / 0.45, 12);
    expect(b.retention).toBeCloseTo(0.28 / 0.3, 12);
    expect(textOf(cells)).toBe(
      'B keeps most here: 93.3 % of its balanced accuracy above chance (80.0 % at the magnification of training, 78.0 % at others), at worst 78.0 % (40x → 100x); both are the best of 2 networks. Differences of a few points are within chance.',
    );
  });

  it('names two networks where retention and worst square disagree', () => {
    const text = textOf([...seeds('a', 0.95, 0.85), ...seeds('b', 0.7, 0.69)]);
    expect(text).toMatch(/^No single answer: B keeps most, 95\.0 %.*; A has the best worst square and keeps 77\.8 %/);
  });

  it('names no single network where several keep the same, and none where nothing is kept', () => {
    const equal = textOf([...seeds('a', 0.9, 0.8), ...seeds('b', 0.9, 0.8), ...seeds('c', 0.9, 0.6)]);
    expect(equal).toMatch(/^No single answer: A and B keep the same, 75\.0 % .*; none of 3 networks keeps more\./);
    const nothing = textOf([...seeds('a', 0.9, 0.4), ...seeds('b', 0.8, 0.3)]);
    expect(nothing).toMatch(
      /^No network keeps anything: at other magnifications all are at the 50\.0 % of guessing or below; the nearest is A/,
    );
  });

  it('says that networks cannot be told apart with few cases or seeds', () => {
    const few = [...network('a', 0.9, 0.8, { cases: 6 }), ...network('b', 0.9, 0.6, { cases: 6 })];
    expect(textOf(few)).toMatch(/With 6 cases in the smallest test and one seed the networks cannot be told apart/);
  });

  it('is refused where no network is above chance, and leaves one out that is not', () => {
    expect(textOf([...seeds('a', 0.54, 0.53), ...seeds('b', 0.5, 0.5)])).toMatch(
      /^No answer: .*hardly above the 50\.0 %.*A 54\.0 %/,
    );
    expect(textOf([...seeds('a', 0.55, 0.55), ...seeds('b', 0.9, 0.8)])).toMatch(/^B keeps.*Not judged, .*: A \(55\.0 %\)/);
  });

  it('is refused without a second magnification', () => {
    expect(textOf([cell('a', 40, 40, 0.9)])).toMatch(/^No answer: that takes squares/);
    expect(textOf([])).toMatch(/^No answer/);
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
