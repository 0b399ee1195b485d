/**
 * The one long table of a study. Everything that shows a number reads it: matrices, answer, page, report, command line, CSV. So
 * they cannot disagree.
 */
import { type Arm, armOf } from '../domain/study/arm.ts';
import { type View, viewName } from '../domain/study/view.ts';
import type { Cell } from './cells.ts';
import type { EstimatedMetric } from './findings.ts';
import { CLASS_METRICS, METRICS } from './metrics.ts';
import { sum } from './statistics/sum.ts';
import type { Interval } from './statistics/interval.ts';

/** Counts and baselines beside the metrics. */
export const MAJORITY = 'majority';
/** images of a class */
export const SUPPORT = 'support';
/** images of a class that were answered as another (or the same) one */
export const CONFUSION = 'confusion';

export interface TableRow extends Arm {
  readonly trial: string;
  readonly view: View;
  /** what is averaged over */
  readonly level: 'image' | 'case';
  /** a metric's id; of a class: "recall", "precision", "f1", "auc", "support"; "confusion"; "majority" */
  readonly metric: string;
  /** the class that it is about; null for all */
  readonly class: string | null;
  /** the answer, of a count of the confusion matrix; else null */
  readonly answer: string | null;
  /** null where the metric is not defined */
  readonly value: number | null;
  /** ends of its interval; null where none was computed */
  readonly low: number | null;
  readonly high: number | null;
  readonly images: number;
  readonly cases: number;
}
export type Table = readonly TableRow[];

/** @param cells of finished trials, in the order of the plan */
export function tableOf(cells: readonly Cell[]): Table {
  return cells.flatMap((cell) => {
    const { trial, view, images, cases, classes, bounds } = cell;
    const arm = armOf(cell);
    const row = (
      metric: string,
      value: number | null,
      more: Partial<Pick<TableRow, 'level' | 'class' | 'answer'>> & { interval?: Interval | null } = {},
    ): TableRow => {
      const { interval, ...place } = more;
      const ends = { low: interval?.low ?? null, high: interval?.high ?? null };
      return {
        ...arm,
        ...{ trial, view, level: 'image', metric, class: null, answer: null },
        ...{ value, ...ends, images, cases, ...place },
      };
    };
    return [
      ...METRICS.map(({ id, level }) => row(id, cell.metrics[id], { level, interval: bounds?.metrics[id as EstimatedMetric] })),
      row(MAJORITY, cell.majority),
      ...classes.flatMap((name, i) => [
        row(SUPPORT, sum(cell.confusion[i]), { class: name }),
        ...CLASS_METRICS.map((metric) => {
          const interval = metric === 'recall' ? bounds?.recalls[i] : null;
          return row(metric, cell.perClass[i][metric], { class: name, interval });
        }),
        ...classes.map((answer, j) => row(CONFUSION, cell.confusion[i][j], { class: name, answer })),
      ]),
    ];
  });
}

/** Of all that finished trials say: each by itself, and folds together where they are judged so. */
export function studyTable({ cells, pooled }: { readonly cells: readonly Cell[]; readonly pooled: readonly Cell[] }): Table {
  return tableOf([...cells, ...pooled]);
}

/** The rows of one metric over all classes. */
export function rowsOf(table: Table, metric: string): TableRow[] {
  return table.filter((row) => row.metric === metric && row.class === null);
}

/** The rows of one trial on one view. */
export interface Square {
  readonly trial: string;
  readonly view: View;
  readonly rows: Table;
}

/** The table cut into squares, in its order. */
export function squaresOf(table: Table): Square[] {
  return [...Map.groupBy(table, ({ trial, view }) => `${trial} ${viewName(view)}`).values()].map((rows) => ({
    trial: rows[0].trial,
    view: rows[0].view,
    rows,
  }));
}

/** A number of one square; null where it is not defined or not there. @param of a class; by default over all */
export function valueIn({ rows }: Square, metric: string, of: string | null = null, answer: string | null = null): number | null {
  return rows.find((row) => row.metric === metric && row.class === of && row.answer === answer)?.value ?? null;
}

/** The classes of a square, in the order of the logits. */
export function classesIn({ rows }: Square): string[] {
  return rows.flatMap((row) => (row.metric === SUPPORT ? [row.class!] : []));
}
