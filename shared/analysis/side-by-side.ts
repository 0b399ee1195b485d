/** Two studies, or two networks of one, side by side: what each square and each network gets right, and by how much they differ. */
import { contenderOf } from '../domain/study/arm.ts';
import { trainSetId } from '../domain/study/train-set.ts';
import { isNative, viewName } from '../domain/study/view.ts';
import { MEASURES, type Pair, type SquareDifference } from './findings.ts';
import { meanEstimate } from './square-estimates.ts';
import { scoresOf, type Square, squaresOf } from './squares.ts';
import { caseScore, type Tally } from './tallies.ts';

const BOUNDS = { low: -1, high: 1 };
/** A gap is a difference itself. */
const GAP_BOUNDS = { low: -2, high: 2 };

/** @param pairs contenders of the first and of the second study; by default those that both have */
export function sideBySide(
  first: readonly Tally[],
  second: readonly Tally[],
  pairs: readonly (readonly [string, string])[] = sharedContenders(first, second),
): Pair[] {
  const [ours, theirs] = [first, second].map((tallies) => squaresOf(tallies).filter(({ view }) => isNative(view)));
  return pairs.map(([a, b]) => pairOf(a, b, ofContender(ours, a), ofContender(theirs, b)));
}

function sharedContenders(first: readonly Tally[], second: readonly Tally[]): [string, string][] {
  const theirs = new Set(second.map(contenderOf));
  return [...new Set(first.map(contenderOf))].filter((own) => theirs.has(own)).map((own) => [own, own]);
}

const ofContender = (squares: readonly Square[], contender: string) => squares.filter((square) => square.contender === contender);

function pairOf(first: string, second: string, ours: readonly Square[], theirs: readonly Square[]): Pair {
  const place = ({ trainSet, view }: Square) => `${trainSetId(trainSet)} ${viewName(view)}`;
  const other = new Map(theirs.map((square) => [place(square), square]));
  const squares = ours.flatMap((square) => {
    const beside = other.get(place(square));
    return beside ? [squareDifference(square, beside)] : [];
  });
  const [mine, yours] = [scoresOf(first, ours), scoresOf(second, theirs)];
  const measures = MEASURES.map((measure) => [
    measure,
    meanEstimate(differences(mine[measure], yours[measure]), measure === 'gap' ? GAP_BOUNDS : BOUNDS),
  ]);
  return { first, second, squares, measures: Object.fromEntries(measures) as Pair['measures'] };
}

function squareDifference(first: Square, second: Square): SquareDifference {
  const [mine, yours] = [first, second].map(({ cases }) => new Map(cases.map((own) => [own.case, caseScore(own)])));
  const shared = [...mine.keys()].filter((name) => yours.has(name));
  const meanOf = (scores: ReadonlyMap<string, number>) =>
    shared.length === 0 ? null : shared.reduce((total, name) => total + scores.get(name)!, 0) / shared.length;
  return {
    trainSet: first.trainSet,
    view: first.view,
    first: meanOf(mine),
    second: meanOf(yours),
    difference: meanEstimate(differences(mine, yours), BOUNDS),
  };
}

/** Of the cases that both have. */
function differences(first: ReadonlyMap<string, number>, second: ReadonlyMap<string, number>): Map<string, number> {
  const shared = [...first.keys()].filter((name) => second.has(name));
  return new Map(shared.map((name) => [name, first.get(name)! - second.get(name)!]));
}
