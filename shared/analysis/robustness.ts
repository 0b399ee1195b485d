/** Which network keeps its accuracy when the magnification changes: by retention above chance and by the worst square. */
import { countedSquares, matricesOf, type MatrixSquare, squareName } from './matrix.ts';
import { rowsOf, SUPPORT, type Table } from './table.ts';
import { FEW_TESTED_CASES } from '../domain/study/evidence.ts';
import { isSame } from '../domain/study/view.ts';

/** A network that is no better than this above chance where it was trained has nothing to keep. */
export const LEAST_ABOVE_CHANCE = 0.05;
const FEW_SEEDS = 3;
const ROUNDING = 1e-9;

/** How one network stands a change of magnification, in balanced accuracy. Numbers are null where they are not defined. */
export interface Robustness {
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

export type Answer =
  /** no square at the magnification of training, or none at another */
  | { readonly kind: 'magnifications' }
  /** every network is hardly better than guessing where it was trained */
  | { readonly kind: 'chance'; readonly rows: readonly Robustness[] }
  | {
      readonly kind: 'answer';
      readonly rows: readonly Robustness[];
      /** the highest retention, and the highest worst square: one network may have both */
      readonly keeps: Robustness;
      readonly safest: Robustness;
      /** networks without a retention: hardly better than guessing where they were trained */
      readonly beginners: readonly Robustness[];
      /** the fewest cases of a test, and the fewest seeds of a square */
      readonly cases: number;
      readonly seeds: number;
    };

/** @param table of finished trials; every network must have the same squares */
export function answerOf(table: Table): Answer {
  const rows = robustnessOf(table);
  const tested = rowsOf(table, 'balancedAccuracy');
  const judged = rows.filter((row) => row.same !== null && row.other !== null);
  if (judged.length === 0) return { kind: 'magnifications' };
  const able = judged.filter((row) => row.retention !== null);
  if (able.length === 0) return { kind: 'chance', rows };
  const highest = (value: (row: Robustness) => number) => able.reduce((a, b) => (value(b) > value(a) ? b : a));
  return {
    kind: 'answer',
    rows,
    keeps: highest((row) => row.retention!),
    safest: highest((row) => row.worst!.value),
    beginners: judged.filter((row) => row.retention === null),
    cases: Math.min(...tested.map((row) => row.cases)),
    seeds: new Set(tested.map((row) => row.seed)).size,
  };
}

/** The answer in sentences. @param nameOf the network's name by its id */
export function answerText(answer: Answer, nameOf: (model: string) => string): string {
  if (answer.kind === 'magnifications')
    return 'No answer: that takes squares where training and test magnification agree and squares where they differ, each with more than one class in the test.';
  if (answer.kind === 'chance') {
    const list = answer.rows.map((row) => `${nameOf(row.model)} ${percent(row.same)} %`).join(', ');
    return `No answer: where training and test magnification agree, balanced accuracy is hardly above the ${percent(answer.rows[0].chance)} % of guessing (${list}). Such networks have nothing to keep.`;
  }
  return [verdict(answer, nameOf), beginnersText(answer, nameOf), doubt(answer)].filter(Boolean).join(' ');
}

function verdict({ rows, keeps, safest }: Answer & { kind: 'answer' }, nameOf: (model: string) => string): string {
  const [first, second] = [nameOf(keeps.model), nameOf(safest.model)];
  if (keeps.retention! <= ROUNDING)
    return `No network keeps anything: at other magnifications all are at the ${percent(keeps.chance)} % of guessing or below; the nearest is ${first} with ${numbers(keeps)}.`;
  if (rows.length === 1) return `${first} keeps ${numbers(keeps)}.`;
  const equal = rows.filter(
    (row) => row.retention !== null && isNear(row.retention, keeps.retention!) && isNear(row.worst!.value, keeps.worst!.value),
  );
  if (equal.length > 1 && isNear(keeps.worst!.value, safest.worst!.value))
    return `No single answer: ${equal.map((row) => nameOf(row.model)).join(' and ')} keep the same, ${numbers(keeps)}; none of ${rows.length} networks keeps more.`;
  if (keeps === safest) return `${first} keeps most here: ${numbers(keeps)}; both are the best of ${rows.length} networks.`;
  return `No single answer: ${first} keeps most, ${numbers(keeps)}; ${second} has the best worst square and keeps ${numbers(safest)}.`;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= ROUNDING;
}

/** What every statement about a network stands on. */
function numbers({ same, other, retention, worst }: Robustness): string {
  return `${percent(retention)} % of its balanced accuracy above chance (${percent(same)} % at the magnification of training, ${percent(other)} % at others), at worst ${percent(worst!.value)} % (${squareName(worst!)})`;
}

function beginnersText({ beginners }: Answer & { kind: 'answer' }, nameOf: (model: string) => string): string {
  if (beginners.length === 0) return '';
  const list = beginners.map((row) => `${nameOf(row.model)} (${percent(row.same)} %)`).join(', ');
  return `Not judged, for being hardly above chance at the magnification of training: ${list}.`;
}

function doubt({ rows, cases, seeds }: Answer & { kind: 'answer' }): string {
  const few = [
    ...(cases < FEW_TESTED_CASES ? [`${cases} ${cases === 1 ? 'case' : 'cases'} in the smallest test`] : []),
    ...(seeds < FEW_SEEDS ? [seeds === 1 ? 'one seed' : `${seeds} seeds`] : []),
  ].join(' and ');
  if (rows.length === 1) return few && `With ${few} these numbers are rough.`;
  if (few) return `With ${few} the networks cannot be told apart: an order like this comes about by chance.`;
  return 'Differences of a few points are within chance.';
}

function percent(value: number | null): string {
  return value === null ? '\u2013' : (100 * value).toFixed(1);
}
