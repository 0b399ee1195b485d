/** Which network keeps its accuracy when the magnification changes: by retention above chance and by the worst square. */
import { countedSquares, matricesOf, type Matrix, type MatrixSquare } from './matrix.ts';
import { type Metric, standardDeviation } from './metrics.ts';
import { LEAST_ABOVE_CHANCE } from './findings.ts';
import { SUPPORT, type Table } from './table.ts';
import { isNetwork } from '../domain/study/arm.ts';
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
  /** highest square minus lowest; null without squares */
  readonly range: number | null;
  /** place among the networks, 1 the best, where training and test magnification agree, and where they differ; baselines have none */
  readonly ranks: { readonly same: number; readonly other: number } | null;
  /** the square with the lowest value */
  readonly worst: (Pick<MatrixSquare, 'train' | 'test'> & { readonly value: number }) | null;
}

/** In the order of columns; with formulas in words, for captions and help texts. */
export const ROBUSTNESS_FORMULAS = [
  { id: 'same', name: 'Same magnification', formula: 'mean balanced accuracy where training and test magnification agree' },
  { id: 'other', name: 'Other magnifications', formula: 'mean balanced accuracy where they differ' },
  { id: 'gap', name: 'Gap', formula: 'same - other' },
  {
    id: 'retention',
    name: 'Retention above chance',
    formula: `(other - chance) / (same - chance), chance being 1 / classes: how much of what a network is better than guessing is kept; not given where same is at most ${LEAST_ABOVE_CHANCE} above chance`,
  },
  { id: 'worst', name: 'Worst square', formula: 'the lowest balanced accuracy of all training and test magnifications' },
  { id: 'range', name: 'Range', formula: 'highest square - lowest square' },
  {
    id: 'ranks',
    name: 'Rank change',
    formula:
      'place among the networks at the magnification of training, then at others; 1 is the best, equal values share a place',
  },
] as const satisfies { id: keyof Robustness; name: string; formula: string }[];

export type RobustnessId = (typeof ROBUSTNESS_FORMULAS)[number]['id'];

export function robustnessFormula(id: RobustnessId): (typeof ROBUSTNESS_FORMULAS)[number] {
  return ROBUSTNESS_FORMULAS.find((own) => own.id === id)!;
}

export function robustnessOf(table: Table): Robustness[] {
  const classes = new Set(table.filter((row) => row.metric === SUPPORT).map((row) => row.class));
  const chance = 1 / Math.max(1, classes.size);
  const rows = matricesOf(table, 'balancedAccuracy').map((matrix): Omit<Robustness, 'ranks'> => {
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
      range: counted.length === 0 ? null : Math.max(...counted.map(({ value }) => value)) - worst!.value,
      chance,
      retention: both && same - chance - LEAST_ABOVE_CHANCE > ROUNDING ? (other - chance) / (same - chance) : null,
      worst,
    };
  });
  const networks = rows.filter((row) => isNetwork(row.model) && row.same !== null && row.other !== null);
  const place = (value: number, all: readonly number[]) => 1 + all.filter((one) => one > value + ROUNDING).length;
  return rows.map((row) => ({
    ...row,
    ranks: networks.includes(row)
      ? { same: place(row.same!, networks.map(({ same }) => same!)), other: place(row.other!, networks.map(({ other }) => other!)) } // prettier-ignore
      : null,
  }));
}

/** Standard deviations over seeds of the means at the same and at other magnifications; null with one seed. */
export function seedDeviations(
  table: Table,
): ReadonlyMap<string, { readonly same: number | null; readonly other: number | null }> {
  const perSeed = [...Map.groupBy(table, ({ seed }) => seed).values()].flatMap(robustnessOf);
  return new Map(
    [...Map.groupBy(perSeed, ({ model }) => model)].map(([model, own]) => [
      model,
      {
        same: standardDeviation(own.flatMap(({ same }) => same ?? [])),
        other: standardDeviation(own.flatMap(({ other }) => other ?? [])),
      },
    ]),
  );
}

/** "1 → 3"; one number where nothing changes. */
export function rankText({ same, other }: NonNullable<Robustness['ranks']>): string {
  return same === other ? String(same) : `${same} \u2192 ${other}`;
}

/** Metrics with a value that guessing reaches whatever the test holds. @returns null for others */
export function chanceOf(metric: Metric, classes: number): number | null {
  if (metric === 'balancedAccuracy' || metric === 'patientBalancedAccuracy') return 1 / Math.max(1, classes);
  return metric === 'auc' || metric === 'patientAuc' ? 0.5 : null;
}

/**
 * Share of what a network is better than guessing that a square keeps, of the square in its row where training and test magnification
 * agree: [train set][view]. Null where that has none, is hardly above chance, or a test has one class only.
 */
export function keptShares({ squares }: Pick<Matrix, 'squares'>, chance: number): (number | null)[][] {
  return squares.map((row) => {
    const [home] = countedSquares(row.filter((square) => isSame(square.train, square.test)));
    return row.map((square) => {
      const [own] = countedSquares([square]);
      if (!home || !own || home.value - chance - LEAST_ABOVE_CHANCE <= ROUNDING) return null;
      return (own.value - chance) / (home.value - chance);
    });
  });
}
