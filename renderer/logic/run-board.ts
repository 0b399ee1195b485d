import type { TrialSummary } from '../../shared/contract/results.ts';
import { contenderOf } from '../../shared/domain/study/arm.ts';
import { compareTrainSets, type TrainSet, trainSetId } from '../../shared/domain/study/train-set.ts';

/** The trials of one network on one train set: one part for each seed and fold. */
export interface BoardSquare {
  readonly trainSet: TrainSet;
  /** none where the network is not trained on it */
  readonly trials: readonly TrialSummary[];
}

export interface BoardRow {
  readonly contender: string;
  /** one per train set of the study */
  readonly squares: readonly BoardSquare[];
}

/** A study at a glance: its networks below each other, its train sets beside each other. */
export interface Board {
  readonly trainSets: readonly TrainSet[];
  readonly rows: readonly BoardRow[];
}

/** Networks in the order in which they are run, train sets ascending. */
export function boardOf(trials: readonly TrialSummary[]): Board {
  const sets = new Map(trials.map(({ trainSet }) => [trainSetId(trainSet), trainSet]));
  const trainSets = [...sets.values()].sort(compareTrainSets);
  const rows = [...Map.groupBy(trials, contenderOf)].map(([contender, own]) => {
    const bySet = Map.groupBy(own, (trial) => trainSetId(trial.trainSet));
    return { contender, squares: trainSets.map((trainSet) => ({ trainSet, trials: bySet.get(trainSetId(trainSet)) ?? [] })) };
  });
  return { trainSets, rows };
}

interface Keys {
  readonly key: string;
  readonly ctrlKey: boolean;
}

/** The trial that a key leads to from another, as in a grid; null where it leads nowhere. */
export function neighbourOf({ rows }: Board, id: string, { key, ctrlKey }: Keys): string | null {
  const at = rows.findIndex(({ squares }) => squares.some(({ trials }) => trials.some((trial) => trial.id === id)));
  if (at < 0) return null;
  const line = lineOf(rows[at]);
  const place = line.indexOf(id);
  switch (key) {
    case 'ArrowRight':
      return line[place + 1] ?? null;
    case 'ArrowLeft':
      return line[place - 1] ?? null;
    case 'Home':
      return lineOf(ctrlKey ? rows[0] : rows[at])[0];
    case 'End':
      return lineOf(ctrlKey ? rows.at(-1)! : rows[at]).at(-1)!;
    case 'ArrowDown':
      return below(rows.slice(at + 1), rows[at], id);
    case 'ArrowUp':
      return below(rows.slice(0, at).reverse(), rows[at], id);
    default:
      return null;
  }
}

function lineOf({ squares }: BoardRow): string[] {
  return squares.flatMap(({ trials }) => trials.map(({ id }) => id));
}

/** The same part of the same square in the first of the rows that has the square; a baseline has fewer parts than a network. */
function below(rows: readonly BoardRow[], from: BoardRow, id: string): string | null {
  const column = from.squares.findIndex(({ trials }) => trials.some((trial) => trial.id === id));
  const part = from.squares[column].trials.findIndex((trial) => trial.id === id);
  const next = rows.map(({ squares }) => squares[column].trials).find((trials) => trials.length > 0);
  return next ? next[Math.min(part, next.length - 1)].id : null;
}

/** How many trials stand how, states that no trial has left out. */
export function stateCounts(trials: readonly TrialSummary[]): { state: TrialSummary['state']; count: number }[] {
  return STATE_ORDER.map((state) => ({ state, count: trials.filter((trial) => trial.state === state).length })).filter(
    ({ count }) => count > 0,
  );
}

const STATE_ORDER = ['finished', 'running', 'waiting', 'interrupted', 'failed', 'cancelled', 'skipped'] as const;
