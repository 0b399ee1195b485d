/** Sections that show results, from the one table, the inference and the figures. */
import { answerOf, answerText, isTold } from '../../../shared/analysis/answer.ts';
import { doubtText, type Estimate, points } from '../../../shared/analysis/estimates.ts';
import { type Matrix, matricesOf, squareName } from '../../../shared/analysis/matrix.ts';
import { CLASS_METRICS, METRICS } from '../../../shared/analysis/metrics.ts';
import { chanceOf, keptShares, rankText, ROBUSTNESS_FORMULAS, robustnessOf } from '../../../shared/analysis/robustness.ts';
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
import { type Block, type Cell, type Column, type DocumentTable, heading, type Measured, tableBlock, text } from './blocks.ts';

const column = (title: string, kind: Column['kind'] = 'text'): Column => ({ title, kind });

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

function distinctViews(all: readonly Matrix[]): View[] {
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

export function robustness({ table, inference, study }: ReportData): Block[] {
  const inferred = new Map(inference.contenders.map((own) => [own.contender, own]));
  const all = robustnessOf(table);
  const isBest = (value: number | null, of: (row: (typeof all)[number]) => number | null, sign = 1) => {
    const others = all.flatMap((row) => of(row) ?? []);
    return value !== null && others.length > 1 && others.filter((other) => sign * other >= sign * value).length === 1;
  };
  const rows = all.map((row): Cell[] => {
    const retention = inferred.get(row.model)?.retention;
    return [
      contenderName(row.model),
      { value: row.same, best: isBest(row.same, ({ same }) => same) },
      { value: row.other, best: isBest(row.other, ({ other }) => other) },
      { value: row.gap, best: isBest(row.gap, ({ gap }) => gap, -1) },
      { value: row.retention, low: retention?.low, high: retention?.high, best: isBest(row.retention, (own) => own.retention) },
      { value: row.worst?.value ?? null, where: row.worst && squareName(row.worst), best: isBest(row.worst?.value ?? null, ({ worst }) => worst?.value ?? null) }, // prettier-ignore
      row.range,
      row.ranks ? rankText(row.ranks) : null,
    ];
  });
  const kinds: Column['kind'][] = ['percent', 'percent', 'points', 'percent', 'percent', 'points', 'text'];
  return [
    tableBlock({
      id: 'robustness',
      caption: 'Robustness: balanced accuracy, per cent',
      columns: [column('Network'), ...ROBUSTNESS_FORMULAS.map(({ name }, i) => column(name, kinds[i]))],
      rows,
    }),
    { kind: 'terms', terms: ROBUSTNESS_FORMULAS.map(({ name, formula }) => ({ term: name, text: formula })) },
    text('Squares whose test has one class only are left out of every mean and of the worst square.'),
    ...shareKept({ table, study }),
    ...perCase({ inference }),
  ];
}

/** Of what is above chance, by square. */
function shareKept({ table, study }: Pick<ReportData, 'table' | 'study'>): Block[] {
  const all = matricesOf(table, 'balancedAccuracy');
  const views = distinctViews(all);
  const rows = all.flatMap((matrix) => {
    const shares = keptShares(matrix, chanceOf('balancedAccuracy', study.classes.length)!);
    return matrix.trainSets.flatMap((trainSet, i): Cell[][] => {
      if (shares[i].every((share) => share === null)) return [];
      const at = (view: View) => matrix.views.findIndex((own) => viewName(own) === viewName(view));
      return [[contenderName(matrix.model), trainSetName(trainSet), ...views.map((view) => shares[i][at(view)] ?? null)]];
    });
  });
  if (rows.length === 0) return [];
  return [
    tableBlock({
      id: 'share-kept',
      caption:
        'Share kept: (square - chance) / (square at the magnification of training - chance) of balanced accuracy, per cent',
      columns: [column('Network'), column('Train'), ...views.map((view) => column(viewName(view), 'percent'))],
      rows,
    }),
  ];
}

/** Each case weighs the same, whatever number of images it has; seeds are averaged first. */
function perCase({ inference }: Pick<ReportData, 'inference'>): Block[] {
  if (inference.contenders.length === 0) return [];
  const rows = inference.contenders.map(({ contender, overall, gap, consistency, seeds }): Cell[] => [
    contenderName(contender),
    overall.cases,
    ranged(overall),
    ranged(gap),
    ranged(consistency),
    seeds.seeds,
    { value: seeds.mean, sd: seeds.sd },
    seeds.sd === null ? null : { value: seeds.best, where: `best of ${seeds.of}` },
    seeds.sd === null ? null : seeds.optimism,
  ]);
  const doubts = inference.contenders.flatMap(({ contender, ...own }) =>
    (['overall', 'gap', 'retention', 'consistency'] as const).flatMap((measure) => {
      const doubt = doubtText(own[measure]);
      return doubt === null ? [] : [`${contenderName(contender)}, ${MEASURED[measure]}: ${doubt}.`];
    }),
  );
  return [
    tableBlock({
      id: 'cases',
      caption: 'By cases, with 95 % intervals: per cent, and points of per cent',
      columns: [
        column('Network'),
        column('Cases', 'count'),
        column('Accuracy per case', 'percent'),
        column('Loss per case', 'points'),
        column('Same answer everywhere', 'percent'),
        column('Seeds', 'count'),
        column('Mean of seeds', 'percent'),
        column('Best', 'percent'),
        column('Best minus mean', 'points'),
      ],
      rows,
    }),
    text(
      'The loss per case is the accuracy where training and test magnification agree minus that where they differ; the best of the seeds is a maximum, printed because the paper reports the best of three.',
    ),
    ...(doubts.length > 0 ? [text('Intervals to take with care:'), { kind: 'list' as const, items: doubts }] : []),
  ];
}

const MEASURED = {
  overall: 'accuracy per case',
  gap: 'loss per case',
  retention: 'retention',
  consistency: 'same answer everywhere',
};

function ranged({ value, low, high }: Estimate): Measured {
  return { value, low, high };
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
