import type { Estimate } from '../../shared/analysis/estimates.ts';
import type { Inference } from '../../shared/analysis/findings.ts';
import type { Table, TableRow } from '../../shared/analysis/table.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { trainSetName } from '../../shared/domain/study/train-set.ts';
import { csvText } from './csv-text.ts';

/** Columns of results_long.csv. */
const COLUMNS: Readonly<Record<string, (row: TableRow) => string | number | null>> = {
  family: (row) => findVariant(row.model)?.family ?? '',
  variant: (row) => row.model,
  params: (row) => findVariant(row.model)?.params ?? 0,
  train_set: (row) => trainSetName(row.trainSet),
  test_mag: (row) => row.view.magnification,
  view: (row) => row.view.scale,
  fold: (row) => row.fold,
  seed: (row) => row.seed,
  trial: (row) => row.trial,
  metric: (row) => row.metric,
  class: (row) => row.class,
  answer: (row) => row.answer,
  level: (row) => (row.level === 'case' ? 'patient' : row.level),
  value: (row) => row.value,
  ci_low: (row) => row.low,
  ci_high: (row) => row.high,
  n_images: (row) => row.images,
  n_cases: (row) => row.cases,
};

/** Numbers over seeds and folds, with their 95 % intervals: of every square, then of every network. */
function estimateRows({ squares, contenders }: Inference, classes: readonly string[]): (string | number | null)[][] {
  const row = (contender: string, place: readonly (string | number)[], measure: string, of: string | null, own: Estimate) => [
    ...[contender, ...place, measure, of, own.value, own.low, own.high, own.method, own.doubt?.code ?? null, own.cases],
  ];
  const head = [
    'network',
    'train_set',
    'test_mag',
    'view',
    'measure',
    'class',
    'value',
    'ci_low',
    'ci_high',
    'method',
    'doubt',
    'n_cases',
  ];
  return [
    head,
    ...squares.flatMap(({ contender, trainSet, view, metrics, recalls }) => {
      const place = [trainSetName(trainSet), view.magnification, view.scale];
      return [
        ...Object.entries(metrics).map(([metric, own]) => row(contender, place, metric, null, own)),
        ...recalls.map((own, c) => row(contender, place, 'recall', classes[c], own)),
      ];
    }),
    ...contenders.flatMap(({ contender, means, overall, gap, retention, consistency }) =>
      Object.entries({
        meanAccuracy: means.overall,
        meanAccuracySame: means.same,
        meanAccuracyOther: means.other,
        ...{ overall, gap, retention, consistency },
      }).map(([measure, own]) => row(contender, ['', '', ''], measure, null, own)),
    ),
  ];
}

function comparisonRows({ comparisons }: Inference): (string | number | null)[][] {
  const head = ['measure', 'first', 'second', 'n_cases', 'difference', 'ci_low', 'ci_high', 'low_90', 'high_90', 'p', 'smallest_p', 'holm', 'equal']; // prettier-ignore
  return [
    head,
    ...comparisons.map((c) => [
      ...[c.measure, c.first, c.second, c.cases, c.difference.value, c.difference.low, c.difference.high],
      ...[c.low90, c.high90, c.p, c.smallestPossibleP, c.holm, c.practicallyEqual ? 1 : 0],
    ]),
  ];
}

/** The table of the study, every number of every trial and test. */
export function resultsLong(table: Table): string {
  return csvText([Object.keys(COLUMNS), ...table.map((row) => Object.values(COLUMNS).map((of) => of(row)))]);
}

/** Numbers over seeds and folds with their intervals. @param classes in the order of the logits */
export function resultsCases(inference: Inference, classes: readonly string[]): string {
  return csvText(estimateRows(inference, classes));
}

export function comparisonsCsv(inference: Inference): string {
  return csvText(comparisonRows(inference));
}
