/** Tallies by square and by contender: what intervals and comparisons are made from, seeds averaged. */
import { contenderOf } from '../domain/study/arm.ts';
import { compareTrainSets, type TrainSet, trainSetId } from '../domain/study/train-set.ts';
import { compareViews, isSame, type View, viewName } from '../domain/study/view.ts';
import { mean } from './metrics.ts';
import { caseScore, type SquareCase, squareCases, type Tally } from './tallies.ts';

export interface Square {
  readonly contender: string;
  readonly trainSet: TrainSet;
  readonly view: View;
  /** one per seed and fold */
  readonly tallies: readonly Tally[];
  readonly cases: readonly SquareCase[];
}

/** Contenders in their order of appearance, train sets and views ascending. */
export function squaresOf(tallies: readonly Tally[]): Square[] {
  const groups = [...Map.groupBy(tallies, contenderOf).values()];
  const inOrder = (a: Tally, b: Tally) => compareTrainSets(a.trainSet, b.trainSet) || compareViews(a.view, b.view);
  const sorted = groups.flatMap((own) => own.toSorted(inOrder));
  const places = Map.groupBy(sorted, (t) => `${contenderOf(t)} ${trainSetId(t.trainSet)} ${viewName(t.view)}`);
  return [...places.values()].map((own) => ({
    contender: contenderOf(own[0]),
    trainSet: own[0].trainSet,
    view: own[0].view,
    tallies: own,
    cases: squareCases(own),
  }));
}

/** Numbers of the classes that a square has images of. */
export function testedClasses({ cases }: Square): number[] {
  return cases[0].images.map((_, c) => c).filter((c) => cases.some(({ images }) => images[c] > 0));
}

/** Per case: what a contender gets right over its matrix, trained on single magnifications. */
export interface Scores {
  readonly contender: string;
  readonly overall: ReadonlyMap<string, number>;
  readonly gap: ReadonlyMap<string, number>;
}

export function scoresOf(contender: string, squares: readonly Square[]): Scores {
  // whoever always gives the one class of a test is right there
  const single = squares.filter((square) => isSame(square.trainSet, square.view) !== null && testedClasses(square).length > 1);
  const perCase = Map.groupBy(
    single.flatMap(({ trainSet, view, cases }) =>
      cases.map((own) => ({ name: own.case, same: isSame(trainSet, view)!, score: caseScore(own) })),
    ),
    ({ name }) => name,
  );
  const overall = new Map<string, number>();
  const gap = new Map<string, number>();
  for (const [name, own] of perCase) {
    overall.set(name, mean(own.map(({ score }) => score))!);
    const [same, other] = [true, false].map((is) => mean(own.filter((one) => one.same === is).map(({ score }) => score)));
    if (same !== null && other !== null) gap.set(name, same - other);
  }
  return { contender, overall, gap };
}
