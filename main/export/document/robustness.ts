/** What networks keep at other magnifications: over their squares, and by cases. */
import { doubtText } from '../../../shared/analysis/estimates.ts';
import { matricesOf, squareName } from '../../../shared/analysis/matrix.ts';
import { chanceOf, keptShares, rankText, ROBUSTNESS_FORMULAS, type RobustnessId, robustnessOf } from '../../../shared/analysis/robustness.ts'; // prettier-ignore
import { contenderName } from '../../../shared/domain/study/arm.ts';
import { trainSetName } from '../../../shared/domain/study/train-set.ts';
import { type View, viewName } from '../../../shared/domain/study/view.ts';
import type { ReportData } from '../report-data.ts';
import { type Block, type Cell, column, type ColumnKind, ranged, tableBlock, text } from './blocks.ts';
import { distinctViews } from './results.ts';

export function robustness({ table, inference, study }: ReportData): Block[] {
  const inferred = new Map(inference.contenders.map((own) => [own.contender, own]));
  const all = robustnessOf(table);
  const isBest = (value: number | null, of: (row: (typeof all)[number]) => number | null, sign = 1) => {
    const others = all.flatMap((row) => of(row) ?? []);
    return value !== null && others.length > 1 && others.filter((other) => sign * other >= sign * value).length === 1;
  };
  const rows = all.map((row): Cell[] => {
    const retention = inferred.get(row.model)?.retention;
    const cells: Record<RobustnessId, Cell> = {
      same: { value: row.same, best: isBest(row.same, ({ same }) => same) },
      other: { value: row.other, best: isBest(row.other, ({ other }) => other) },
      gap: { value: row.gap, best: isBest(row.gap, ({ gap }) => gap, -1) },
      retention: {
        value: row.retention,
        low: retention?.low,
        high: retention?.high,
        best: isBest(row.retention, (own) => own.retention),
      },
      worst: { value: row.worst?.value ?? null, where: row.worst && squareName(row.worst), best: isBest(row.worst?.value ?? null, ({ worst }) => worst?.value ?? null) }, // prettier-ignore
      range: row.range,
      ranks: row.ranks ? rankText(row.ranks) : null,
    };
    return [contenderName(row.model), ...ROBUSTNESS_FORMULAS.map(({ id }) => cells[id])];
  });
  return [
    tableBlock({
      id: 'robustness',
      caption: 'Robustness: balanced accuracy, per cent',
      columns: [column('Network'), ...ROBUSTNESS_FORMULAS.map(({ id, name }) => column(name, KINDS[id]))],
      rows,
    }),
    { kind: 'terms', terms: ROBUSTNESS_FORMULAS.map(({ name, formula }) => ({ term: name, text: formula })) },
    text('Squares whose test has one class only are left out of every mean and of the worst square.'),
    ...shareKept({ table, study }),
    ...perCase({ inference }),
  ];
}

const KINDS: Readonly<Record<RobustnessId, ColumnKind>> = {
  same: 'percent',
  other: 'percent',
  gap: 'points',
  retention: 'percent',
  worst: 'percent',
  range: 'points',
  ranks: 'text',
};

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
