/** Which network keeps its accuracy when the magnification changes: by retention above chance and by the worst square. */
import { countedSquares, matricesOf, type MatrixSquare } from './matrix.ts';
import { LEAST_ABOVE_CHANCE } from './findings.ts';
import { SUPPORT, type Table } from './table.ts';
import { isSame } from '../domain/study/view.ts';

const ROUNDING = 1e-9;

/** How one network stands a change of magnification, in balanced accuracy. Numbers are null where they are not defined. */
export interface Robustness {
  /** contender: a network, with its treatment where there is one */
  readonly model: string;
  /** mean where training and test magnification agree */
  readonly same: number | null;
  /** mean where they differ */
  readonly other: number | null;
  readonly overall: number | null;
  /** same - other */
  readonly gap: number | null;
  /** balanced accuracy of guessing, and of always giving one answer: 1 / classes */
  readonly chance: number;
  /** (other - chance) / (same - chance); null where same is hardly above chance */
  readonly retention: number | null;
  /** the square with the lowest value */
  readonly worst: (Pick<MatrixSquare, 'train' | 'test'> & { readonly value: number }) | null;
}

/** Formulas in words, for captions and help texts. */
export const ROBUSTNESS_FORMULAS = [
  { name: 'Same magnification', formula: 'mean balanced accuracy where training and test magnification agree' },
  { name: 'Other magnifications', formula: 'mean balanced accuracy where they differ' },
  { name: 'Gap', formula: 'same - other' },
  {
    name: 'Retention above chance',
    formula: `(other - chance) / (same - chance), chance being 1 / classes: how much of what a network is better than guessing is kept; not given where same is at most ${LEAST_ABOVE_CHANCE} above chance`,
  },
  { name: 'Worst square', formula: 'the lowest balanced accuracy of all training and test magnifications' },
] as const;

export function robustnessOf(table: Table): Robustness[] {
  const classes = new Set(table.filter((row) => row.metric === SUPPORT).map((row) => row.class));
  const chance = 1 / Math.max(1, classes.size);
  return matricesOf(table, 'balancedAccuracy').map((matrix) => {
    const { model, diagonalMean: same, offDiagonalMean: other, overallMean: overall } = matrix;
    const both = same !== null && other !== null;
    const counted = countedSquares(matrix.squares.flat()).filter((s) => isSame(s.train, s.test) !== null);
    const worst = counted.reduce<Robustness['worst']>(
      (low, { train, test, value }) => (low && low.value <= value ? low : { train, test, value }),
      null,
    );
    return {
      model,
      same,
      other,
      overall,
      gap: both ? same - other : null,
      chance,
      retention: both && same - chance - LEAST_ABOVE_CHANCE > ROUNDING ? (other - chance) / (same - chance) : null,
      worst,
    };
  });
}
