/** Which network keeps its accuracy when the magnification changes: one paragraph that claims no more than the cases carry. */
import { joined } from '../domain/joined.ts';
import { isNetwork } from '../domain/study/arm.ts';
import { FEW_DRAWN_CASES, points } from './estimates.ts';
import type { Comparison, ContenderInference, Inference } from './findings.ts';
import { squareName } from './matrix.ts';
import { type Robustness, robustnessOf } from './robustness.ts';
import { rowsOf, type Table } from './table.ts';

const FEW_SEEDS = 3;
/** Differences are told where chance explains them in less than one of twenty cases. */
const SIGNIFICANT = 0.05;

/** How the one that keeps most stands to another, by what each loses per case at other magnifications. */
export type Standing = 'better' | 'worse' | 'equal' | 'unknown';

export type Answer =
  /** no square at the magnification of training, or none at another */
  | { readonly kind: 'magnifications'; readonly inference: Inference }
  /** every network is hardly better than guessing where it was trained */
  | { readonly kind: 'chance'; readonly rows: readonly Robustness[] }
  | {
      readonly kind: 'answer';
      /** the one with the highest retention */
      readonly first: Judged;
      /** the others that can be judged, by retention */
      readonly others: readonly (Judged & { readonly standing: Standing; readonly comparison: Comparison | null })[];
      /** hardly better than guessing where they were trained: they have nothing to keep */
      readonly beginners: readonly Robustness[];
      readonly cases: number;
      readonly seeds: number;
    };

export interface Judged extends Robustness {
  readonly inference: ContenderInference | null;
}

/**
 * @param table of finished trials; every network must have the same squares
 * @param inference of the same trials
 */
export function answerOf(table: Table, inference: Inference): Answer {
  const rows = robustnessOf(table).filter(({ model }) => isNetwork(model));
  const judged = rows.filter((row) => row.same !== null && row.other !== null);
  if (judged.length === 0) return { kind: 'magnifications', inference };
  const able = judged.filter((row) => row.retention !== null).sort((a, b) => b.retention! - a.retention!);
  if (able.length === 0) return { kind: 'chance', rows };
  const withInference = (row: Robustness): Judged => ({
    ...row,
    inference: inference.contenders.find(({ contender }) => contender === row.model) ?? null,
  });
  const [first, ...others] = able.map(withInference);
  const tested = rowsOf(table, 'balancedAccuracy');
  return {
    kind: 'answer',
    first,
    others: others.map((row) => {
      const comparison = gapBetween(inference, first.model, row.model);
      return { ...row, comparison, standing: standingOf(comparison) };
    }),
    beginners: judged.filter((row) => row.retention === null),
    cases: first.inference?.gap.cases ?? Math.min(...tested.map((row) => row.cases)),
    seeds: new Set(tested.map((row) => row.seed)).size,
  };
}

/** The loss of the first minus that of the second: below 0 where the first loses less. */
function gapBetween({ comparisons }: Inference, first: string, second: string): Comparison | null {
  const own = comparisons.find((c) => c.measure === 'gap' && c.first === first && c.second === second);
  if (own) return own;
  const turned = comparisons.find((c) => c.measure === 'gap' && c.first === second && c.second === first);
  return turned ? turn(turned) : null;
}

function turn({ first, second, difference, low90, high90, ...same }: Comparison): Comparison {
  const negative = (value: number | null) => (value === null ? null : -value);
  return {
    ...same,
    first: second,
    second: first,
    difference: {
      ...difference,
      value: negative(difference.value),
      low: negative(difference.high),
      high: negative(difference.low),
    },
    low90: negative(high90),
    high90: negative(low90),
  };
}

function standingOf(comparison: Comparison | null): Standing {
  if (comparison?.practicallyEqual) return 'equal';
  if (!comparison || !isTold(comparison)) return 'unknown';
  return comparison.difference.value! < 0 ? 'better' : 'worse';
}

/** Whether two networks can be told apart: by the corrected test, and by an interval that does not hold 0. */
export function isTold({ difference: { low, high }, holm }: Comparison): boolean {
  return holm < SIGNIFICANT && low !== null && high !== null && (low > 0 || high < 0);
}

/** The answer in sentences. @param nameOf a contender's name by its id */
export function answerText(answer: Answer, nameOf: (id: string) => string): string {
  if (answer.kind === 'magnifications') {
    const none = 'No answer: that takes squares where training and test magnification agree and squares where they differ, each with more than one class in the test.'; // prettier-ignore
    return [none, ...accuracies(answer.inference, nameOf)].join(' ');
  }
  if (answer.kind === 'chance') {
    const list = answer.rows.map((row) => `${nameOf(row.model)} ${percent(row.same)} %`).join(', ');
    return `No answer: where training and test magnification agree, balanced accuracy is hardly above the ${percent(answer.rows[0].chance)} % of guessing (${list}). Such networks have nothing to keep.`;
  }
  return [verdict(answer, nameOf), ...comparisons(answer, nameOf), beginnersText(answer, nameOf), basis(answer)]
    .filter(Boolean)
    .join(' ');
}

/** What can be said without a second magnification: how accurate networks are per case, and whether that tells them apart. */
function accuracies({ contenders, comparisons }: Inference, nameOf: (id: string) => string): string[] {
  const known = contenders.filter(({ overall }) => overall.value !== null);
  if (known.length === 0) return [];
  const list = known.map(
    ({ contender, overall }) => `${nameOf(contender)} ${percent(overall.value)} %${rangeText(overall.low, overall.high)}`,
  );
  const pairs = comparisons.filter(({ measure }) => measure === 'overall');
  const told = pairs.filter(isTold).length;
  const apart =
    pairs.length === 0 ? '' : told === 0 ? ' They cannot be told apart.' : ` Of ${pairs.length} pairs ${told} can be told apart.`;
  const cases = Math.min(...known.map(({ overall }) => overall.cases));
  const few = cases < FEW_DRAWN_CASES ? `, too few for narrow intervals` : '';
  return [`Accuracy per case is ${joined(list)}.${apart} This rests on ${cases} ${cases === 1 ? 'case' : 'cases'}${few}.`];
}

type Given = Answer & { kind: 'answer' };

function verdict({ first, others }: Given, nameOf: (id: string) => string): string {
  const name = nameOf(first.model);
  if (first.retention! <= 0)
    return `No network keeps anything: at other magnifications all are at the ${percent(first.chance)} % of guessing or below; the nearest is ${name} with ${numbers(first)}.`;
  if (others.length === 0) return `${name} keeps ${numbers(first)}.`;
  const beaten = others.filter(({ standing }) => standing === 'better').length;
  if (beaten === others.length) return `${name} keeps its accuracy best: ${numbers(first)}.`;
  if (beaten === 0)
    return `No network can be said to keep its accuracy best. The highest number is that of ${name}: ${numbers(first)}.`;
  return `${name} has the highest number, and is better than some: ${numbers(first)}.`;
}

/** What a statement about a network stands on. */
function numbers({ same, other, retention, worst, inference }: Judged): string {
  const interval = inference ? rangeText(inference.retention.low, inference.retention.high) : '';
  return `${percent(retention)} %${interval} of its balanced accuracy above chance (${percent(same)} % at the magnification of training, ${percent(other)} % at others), at worst ${percent(worst!.value)} % (${squareName(worst!)})`;
}

/** One sentence for each way in which the others stand. */
function comparisons({ first, others }: Given, nameOf: (id: string) => string): string[] {
  const list = (standing: Standing, of: (other: Given['others'][number]) => string) =>
    others.filter((other) => other.standing === standing).map((other) => `${nameOf(other.model)} (${of(other)})`);
  const loss = ({ comparison }: Given['others'][number], sign: number) =>
    comparison === null || comparison.difference.value === null
      ? 'no case in common'
      : `${points(sign * comparison.difference.value)} points${pointsText(comparison, sign)}`;
  const better = list('better', (other) => `${percent(other.retention)} %; it loses ${loss(other, -1)} more per case, ${pText(other.comparison!.holm)}`); // prettier-ignore
  const equal = list('equal', (other) => `${percent(other.retention)} %; difference of the losses ${loss(other, -1)}`);
  const worse = list('worse', (other) => `${percent(other.retention)} %; difference of the losses ${loss(other, 1)}`);
  const unknown = list('unknown', (other) => `${percent(other.retention)} %; difference of the losses ${loss(other, -1)}`);
  const name = nameOf(first.model);
  return [
    ...(better.length > 0 ? [`It keeps more than ${joined(better)}.`] : []),
    ...(worse.length > 0 ? [`But it loses more points per case than ${joined(worse)}: its share is of more.`] : []),
    ...(equal.length > 0 ? [`${joined(equal)} ${equal.length === 1 ? 'is' : 'are'} the same as ${name} in practice.`] : []),
    ...(unknown.length > 0 ? [`${joined(unknown)} cannot be told apart from ${name}.`] : []),
  ];
}

function pointsText({ difference: { low, high } }: Comparison, sign: number): string {
  if (low === null || high === null) return '';
  const [from, to] = sign < 0 ? [-high, -low] : [low, high];
  return `, 95 % interval ${points(from)} to ${points(to)}`;
}

function beginnersText({ beginners }: Given, nameOf: (id: string) => string): string {
  if (beginners.length === 0) return '';
  const list = beginners.map((row) => `${nameOf(row.model)} (${percent(row.same)} %)`).join(', ');
  return `Not judged, for being hardly above chance at the magnification of training: ${list}.`;
}

/** On how little all of this rests. */
function basis({ cases, seeds, others, first }: Given): string {
  const on = `${cases} ${cases === 1 ? 'case' : 'cases'} and ${seeds === 1 ? 'one seed' : `${seeds} seeds`}`;
  const reasons = [
    ...(cases < FEW_DRAWN_CASES ? ['so few cases make intervals wide, and possibly still too narrow'] : []),
    ...(seeds < FEW_SEEDS ? ['another seed may give another order'] : []),
  ];
  const bound = others.find(({ comparison }) => comparison !== null && comparison.smallestPossibleP >= SIGNIFICANT);
  const hopeless = bound ? ` No difference could be shown here: with so few cases p cannot fall below ${bound.comparison!.smallestPossibleP.toFixed(3)}.` : ''; // prettier-ignore
  const none = first.inference?.retention.low === null ? ['there is no interval for what is kept'] : [];
  const all = [...none, ...reasons];
  return `This rests on ${on}${all.length > 0 ? `: ${all.join(', and ')}` : ''}.${hopeless}`;
}

function rangeText(low: number | null, high: number | null): string {
  return low === null || high === null ? '' : ` (95 % interval ${percent(low)} to ${percent(high)})`;
}

function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

function percent(value: number | null): string {
  return value === null ? '\u2013' : (100 * value).toFixed(1);
}
