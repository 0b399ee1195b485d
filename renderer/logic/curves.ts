import type { Epoch } from '../../shared/contract/trial.ts';
import { type Selection, testedRow } from '../../shared/domain/study/selection.ts';
import type { StepPoint } from './live-trial.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line of a chart. Colour, dash and mark all tell the lines apart, so that colour is never needed. */
export interface Series {
  /** its name is the text run.curves.<name> */
  readonly name: 'stepLoss' | 'trainLoss' | 'validationLoss' | 'trainAccuracy' | 'validationAccuracy' | 'learningRate';
  readonly colour: 1 | 2 | 3 | 4 | 5 | 6;
  readonly dash: readonly number[];
  readonly mark: 'circle' | 'rect' | 'triangle' | 'none';
  readonly points: readonly Point[];
}

export interface Curves {
  readonly loss: readonly Series[];
  readonly accuracy: readonly Series[];
  readonly learningRate: readonly Series[];
  /** the epoch that is tested, as far as the trial has come */
  readonly tested: Epoch | null;
}

/** The lines of a trial: x counts finished epochs, so the first epoch's values stand at 1. */
export function curvesOf(history: readonly Epoch[], steps: readonly StepPoint[], selection: Selection): Curves {
  const line = (read: (row: Epoch) => number | null) =>
    history.flatMap((row) => {
      const y = read(row);
      return y === null ? [] : [{ x: row.epoch + 1, y }];
    });
  const train = { colour: 1, dash: [], mark: 'circle' } as const;
  const validation = { colour: 3, dash: [6, 4], mark: 'triangle' } as const;
  const single = { colour: 6, dash: [], mark: 'none' } as const;
  return {
    loss: [
      { name: 'stepLoss', ...single, points: steps.map(({ x, loss }) => ({ x, y: loss })) },
      { name: 'trainLoss', ...train, points: line((r) => r.trainLoss) },
      { name: 'validationLoss', ...validation, points: line((r) => r.validationLoss) },
    ].filter((series) => series.points.length > 0) as Series[],
    accuracy: [
      { name: 'trainAccuracy', ...train, points: line((r) => r.trainAccuracy) },
      { name: 'validationAccuracy', ...validation, points: line((r) => r.validationAccuracy) },
    ],
    learningRate: [
      {
        name: 'learningRate',
        ...train,
        mark: 'none',
        points: [
          ...line((r) => r.learningRate).filter(({ x }) => steps.length === 0 || x < steps[0].x),
          ...steps.map(({ x, learningRate }) => ({ x, y: learningRate })),
        ],
      },
    ],
    tested: testedRow(history, selection),
  };
}
