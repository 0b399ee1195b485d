/** What a figure shows before it is drawn: names and numbers, no pixels and no words of the page around it. */
import type { Metric } from '../analysis/metrics.ts';
import type { Inference } from '../analysis/findings.ts';
import type { Table } from '../analysis/table.ts';

/** Bars in groups: one group per network, one bar per series. */
export interface BarMarks {
  readonly kind: 'bars';
  readonly title: string;
  /** of the axis of values, which goes from 0 to 1 and is printed in per cent */
  readonly axis: string;
  readonly series: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    /** one per series; null where it is not defined */
    readonly values: readonly (number | null)[];
    /** ends of their 95 % intervals; null where there is none */
    readonly intervals: readonly ({ readonly low: number; readonly high: number } | null)[];
    /** what others published of the same network, by series; null where nothing */
    readonly published: readonly (number | null)[];
  }[];
  /** a line across all groups, e.g. what always giving one answer reaches */
  readonly level: { readonly name: string; readonly value: number } | null;
}

/** A square of a heat map. */
export interface HeatSquare {
  readonly value: number | null;
  readonly sd: number | null;
  readonly images: number;
  readonly cases: number;
  /** the only class of its test: such a square has no colour and enters no mean */
  readonly only: string | null;
  /** hardly any images or cases */
  readonly few: boolean;
  /** tested where it was trained */
  readonly same: boolean;
}

/** A matrix of values: rows what was trained on, columns what was tested. */
export interface HeatMarks {
  readonly kind: 'heat';
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [row][column] */
  readonly squares: readonly (readonly HeatSquare[])[];
  readonly rowMeans: readonly (number | null)[];
  /** one per column: what always giving the most frequent answer reaches */
  readonly baseline: readonly (number | null)[];
  /** means of squares, with their names */
  readonly means: readonly { readonly name: string; readonly value: number | null }[];
  readonly note: string | null;
}

/** Lines. */
export interface LineMarks {
  readonly kind: 'lines';
  readonly title: string;
  readonly x: {
    readonly name: string;
    /** the first and the last are the ends of the axis */
    readonly ticks: readonly number[];
    /** steps are factors: what lies twice as far is twice as large; else it goes from 0 to 1 and is printed in per cent */
    readonly factors: boolean;
  };
  /** of the values, which go from 0 to 1 and are printed in per cent */
  readonly axis: string;
  readonly series: readonly {
    readonly name: string;
    /** ascending; null where it is not defined */
    readonly points: readonly { readonly x: number; readonly value: number | null }[];
  }[];
  /** a line across, e.g. what always giving one answer reaches */
  readonly level: { readonly name: string; readonly value: number } | null;
  /** what the line from corner to corner means; null without one */
  readonly diagonal: string | null;
}

/** Named points over a logarithmic scale. */
export interface ScatterMarks {
  readonly kind: 'scatter';
  readonly title: string;
  readonly x: { readonly name: string };
  /** of the values, which are printed in per cent */
  readonly axis: string;
  readonly points: readonly {
    /** above 0 */
    readonly x: number;
    readonly value: number;
    readonly name: string;
    /** what stands beside it */
    readonly note: string;
  }[];
}

export type Marks = BarMarks | HeatMarks | LineMarks | ScatterMarks;

/** What figures are made from. */
export interface FigureSource {
  /** of the finished trials */
  readonly table: Table;
  readonly inference: Inference;
  readonly costs: readonly ContenderCost[];
}

/** What a network takes; null where no trial of it has finished an epoch. */
export interface ContenderCost {
  readonly contender: string;
  /** 0 of a baseline */
  readonly params: number;
  readonly secondsPerEpoch: number | null;
  /** of all its trials together */
  readonly hours: number;
}

/** A figure of a study: what it shows, from the one table and what was inferred of it. */
export interface Figure<M extends Marks = Marks> {
  readonly id: string;
  /** how to read it, in a sentence or two */
  readonly caption: string;
  /**
   * @param nameOf a network's name by its id
   * @param metric what the squares hold; reports print accuracy
   */
  marks(source: FigureSource, nameOf: (model: string) => string, metric?: Metric): readonly M[];
}
