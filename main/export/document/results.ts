/** Sections that show results, from the one table, the inference and the figures. */
import { answerOf, answerText, isTold } from '../../../shared/analysis/answer.ts';
import { points } from '../../../shared/analysis/estimates.ts';
import { type Matrix, matricesOf } from '../../../shared/analysis/matrix.ts';
import { CLASS_METRICS, METRICS } from '../../../shared/analysis/metrics.ts';
import {
  classesIn,
  CONFUSION,
  MAJORITY,
  type Square,
  squaresOf,
  SUPPORT,
  type Table,
  valueIn,
} from '../../../shared/analysis/table.ts';
import { classTitle } from '../../../shared/domain/breakhis.ts';
import { contenderName, contenderOf, isNetwork } from '../../../shared/domain/study/arm.ts';
import { trainSetId, trainSetName } from '../../../shared/domain/study/train-set.ts';
import { compareViews, isCurveStep, isSame, type View, viewName } from '../../../shared/domain/study/view.ts';
import { factMatrix, PAPER_FACTS, PAPER_FINDINGS } from '../../../shared/analysis/paper-facts.ts';
import { text as textOf } from '../../../shared/texts/text.ts';
import type { ReportData } from '../report-data.ts';
import { type Block, type Cell, column, type DocumentTable, heading, ranged, tableBlock, text } from './blocks.ts'; // prettier-ignore

export function finishedTrials(trials: ReportData['trials']): number {
  return trials.filter(({ state }) => state === 'finished').length;
}

/** All but those that are not needed. */
export function wantedTrials(trials: ReportData['trials']): number {
  return trials.filter(({ state }) => state !== 'skipped').length;
}

export function answer({ trials, table, inference }: ReportData): Block[] {
  const all = [...new Set(table.map(contenderOf))].filter(isNetwork).map(contenderName);
  if (all.length === 0) return [text('No trial has finished yet.')];
  const question =
    all.length > 1
      ? `Which of ${all.join(', ')} keeps its accuracy when the magnification changes?`
      : `How far does ${all[0]} keep its accuracy when the magnification changes?`;
  const [finished, wanted] = [finishedTrials(trials), wantedTrials(trials)];
  if (finished < wanted)
    return [
      text(question),
      text(`${finished} of ${wanted} trials have finished: the means below cover different squares and must not be compared.`),
    ];
  return [text(question), { kind: 'text', text: answerText(answerOf(table, inference), contenderName), strong: true }];
}

/** One table of all networks, as the paper prints it: same magnification in bold, the best of a column underlined. */
export function matrixTable({ table }: ReportData): DocumentTable {
  const all = matricesOf(table, 'accuracy');
  const views = distinctViews(all);
  const rows = all.flatMap((matrix) =>
    matrix.trainSets.map((trainSet, i) => {
      const squares = views.map((view): Cell => {
        const square = matrix.squares[i].find(({ test }) => viewName(test) === viewName(view));
        if (!square) return null;
        const rivals = all.flatMap((other) => other.squares.flat()).filter((own) => trainSetId(own.train) === trainSetId(trainSet) && viewName(own.test) === viewName(view)); // prettier-ignore
        const best = rivals.length > 1 && rivals.every((own) => own === square || (own.value ?? -1) < (square.value ?? -1));
        return { value: square.value, sd: square.sd, same: isSame(trainSet, view) === true, best };
      });
      return [contenderName(matrix.model), trainSetName(trainSet), ...squares, matrix.rowMeans[i]];
    }),
  );
  return {
    id: 'matrix',
    caption: 'Accuracy by training and test magnification, per cent',
    columns: [column('Network'), column('Train'), ...views.map((view) => column(viewName(view), 'percent')), column('Mean', 'percent')], // prettier-ignore
    rows,
    onlyAsFile: true,
  };
}

export function distinctViews(all: readonly Matrix[]): View[] {
  const views = new Map(all.flatMap((matrix) => matrix.views).map((view) => [viewName(view), view]));
  return [...views.values()].sort(compareViews);
}

/** What the paper printed, beside the same number of this study where it has one. */
export function paperFacts({ table }: ReportData): Block[] {
  const all = matricesOf(table, 'accuracy');
  const rows = PAPER_FACTS.map((fact): Cell[] => {
    const own = factMatrix(fact, all);
    return [fact.network, fact.what, fact.value, own && { value: fact.of(own), where: contenderName(own.model) }];
  });
  return [
    text(
      'The paper gives few of its numbers as text; they are set beside the same numbers of this study where it has the network. They differ in split, recipe and choice of variants, and are no target.',
    ),
    tableBlock({
      id: 'paper',
      caption: 'What the paper reports (arXiv 2302.11488), accuracy in per cent',
      columns: [column('Network'), column('Number'), column('Paper', 'percent'), column('This study', 'percent')],
      rows,
    }),
    { kind: 'list', items: PAPER_FINDINGS },
  ];
}

export function comparisons({ inference, study }: ReportData): Block[] {
  if (inference.comparisons.length === 0) return [];
  const names = (c: { first: string; second: string }) => `${contenderName(c.first)} and ${contenderName(c.second)}`;
  const losses = inference.comparisons.filter(({ measure }) => measure === 'gap');
  const apart = losses.filter((c) => !c.practicallyEqual && !isTold(c)).map(names);
  const equal = losses.filter((c) => c.practicallyEqual).map(names);
  const rows = inference.comparisons.map((c): Cell[] => [
    `${contenderName(c.first)} minus ${contenderName(c.second)}`,
    { gap: 'loss per case', overall: 'accuracy per case' }[c.measure],
    c.cases,
    ranged(c.difference),
    c.low90 === null || c.high90 === null ? null : `${points(c.low90)} to ${points(c.high90)}`,
    c.p,
    c.smallestPossibleP,
    c.holm,
    c.practicallyEqual ? 'equal in practice' : isTold(c) ? 'told apart' : 'not told apart',
  ]);
  return [
    ...(apart.length > 0 ? [text('By what they lose per case, these cannot be told apart:'), { kind: 'list' as const, items: apart }] : [text('By what they lose per case, no pair of networks is left undecided.')]), // prettier-ignore
    ...(equal.length > 0 ? [text('Equal in practice:'), { kind: 'list' as const, items: equal }] : []),
    tableBlock({
      id: 'comparisons',
      caption: 'Networks against each other, on the same cases',
      columns: [
        column('Networks'),
        column('What'),
        column('Cases', 'count'),
        column('Difference', 'points'),
        column('90 % interval'),
        column('p', 'p'),
        column('Smallest p possible', 'p'),
        column('p, Holm', 'p'),
        column('In words'),
      ],
      rows,
    }),
    text(
      `Differences are means over cases, in points, with Student's interval; p is of the sign-flip test, corrected by Holm's method over all pairs of one measure. Equal in practice: the 90 % interval lies within ${points(study.plan.equivalenceBand)} points, fixed before the study ran.`,
    ),
  ];
}

/** Steps of a scale curve are points of a line: they stand in the figure and in the CSV. */
function shownSquares(table: Table): Square[] {
  return squaresOf(table).filter(({ view }) => !isCurveStep(view));
}

export function confusions({ table, study }: ReportData): Block[] {
  const byTrial = Map.groupBy(shownSquares(table), (square) => square.trial);
  return [
    text('Counts of test images. Rows: truth; columns: prediction.'),
    ...study.trials.flatMap((trial): Block[] => {
      const squares = byTrial.get(trial.id) ?? [];
      return squares.length === 0 ? [] : [heading(armName(trial)), { kind: 'counts', tables: squares.map(confusion) }];
    }),
  ];
}

function confusion(square: Square): DocumentTable {
  const classes = classesIn(square);
  return {
    id: null,
    caption: `tested on ${viewName(square.view)}`,
    columns: [column('Truth'), ...classes.map((name) => column(classTitle(name), 'count'))],
    rows: classes.map((truth) => [classTitle(truth), ...classes.map((given) => valueIn(square, CONFUSION, truth, given))]),
  };
}

const PLACE = [column('Network'), column('Train'), column('Test'), column('Fold'), column('Seed', 'count')];

export function allMetrics({ table, study }: ReportData): Block[] {
  const rows = squareRows(table, study, (square) => [
    [
      square.rows[0].images,
      square.rows[0].cases,
      valueIn(square, MAJORITY),
      ...METRICS.map(({ id }): Cell => {
        const row = square.rows.find(({ metric, class: of }) => metric === id && of === null);
        return row ? { value: row.value, low: row.low, high: row.high } : null;
      }),
    ],
  ]);
  const kindOf = (scale: string) => (scale === 'share' ? 'percent' : 'number');
  return [
    tableBlock({
      id: 'metrics',
      caption:
        'Every trial and test. Shares in per cent with 95 % intervals, other numbers as they are; a dash where a metric is not defined',
      columns: [
        ...PLACE,
        column('Images', 'count'),
        column('Cases', 'count'),
        column('Majority', 'percent'),
        ...METRICS.map(({ id, scale }) => column(textOf(`metrics.${id}.name`), kindOf(scale))),
      ],
      rows,
    }),
    ...perClass({ table, study }),
    {
      kind: 'terms',
      terms: METRICS.map(({ id }) => ({ term: textOf(`metrics.${id}.name`), text: textOf(`metrics.${id}.formula`) })),
    },
  ];
}

/** With two classes the table of all metrics says as much. */
function perClass({ table, study }: Pick<ReportData, 'table' | 'study'>): Block[] {
  if (study.classes.length <= 2) return [];
  const rows = squareRows(table, study, (square) =>
    classesIn(square).map((name) => [
      classTitle(name),
      valueIn(square, SUPPORT, name),
      ...CLASS_METRICS.map((metric) => valueIn(square, metric, name)),
    ]),
  );
  return [
    tableBlock({
      id: 'classes',
      caption: 'Each class against the rest, per cent',
      columns: [
        ...PLACE,
        column('Class'),
        column('Images', 'count'),
        ...['Recall', 'Precision', 'F1', 'AUC'].map((title) => column(title, 'percent')),
      ],
      rows,
    }),
  ];
}

/** Rows for every square, in the study's order, each beginning with where it stands. */
function squareRows(table: Table, study: ReportData['study'], rowsOf: (square: Square) => Cell[][]): Cell[][] {
  const byTrial = Map.groupBy(shownSquares(table), (square) => square.trial);
  return study.trials.flatMap(({ id, trainSet, fold, seed, ...contender }) =>
    (byTrial.get(id) ?? []).flatMap((square) =>
      rowsOf(square).map((row): Cell[] => [
        contenderName(contenderOf(contender)),
        trainSetName(trainSet),
        viewName(square.view),
        fold === null ? null : String(fold),
        seed,
        ...row,
      ]),
    ),
  );
}

function armName(trial: ReportData['study']['trials'][number]): string {
  const { trainSet, fold, seed } = trial;
  return `${contenderName(contenderOf(trial))} trained on ${trainSetName(trainSet)}${fold === null ? '' : `, fold ${fold}`}, seed ${seed}`;
}
