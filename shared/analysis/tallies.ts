/** What each case got right: all that intervals and comparisons are made from. The case is the unit, images of a case are not independent. */
import { type Arm, armOf } from '../domain/study/arm.ts';
import { type View, viewName } from '../domain/study/view.ts';
import type { Tested } from './cells.ts';
import { marginOf } from './scored.ts';
import { type Placements, placementsOf } from './statistics/placements.ts';

/** One case in one test. */
export interface CaseTally {
  readonly case: string;
  /** per class, in the order of the logits: images of the case, and those answered rightly */
  readonly images: readonly number[];
  readonly right: readonly number[];
  /** number of the class with the highest mean margin over the case's images */
  readonly answer: number;
}

/** One trial on one view, by cases. */
export interface Tally extends Arm {
  readonly view: View;
  readonly cases: readonly CaseTally[];
  /** of the positive class; null without one, or without images of both kinds */
  readonly area: AreaTally | null;
}

/** What an area under a ROC curve and its variance between cases are made of. */
export interface AreaTally {
  readonly placements: Placements;
  /** cases of the positive images in the order of their placements, and of the negative ones */
  readonly positives: readonly string[];
  readonly negatives: readonly string[];
}

/** One per view. @param classes in the order of the logits @param positive one of them, or null */
export function talliesOf(
  arm: Arm,
  predictions: readonly Tested[],
  classes: readonly string[],
  positive: string | null,
): Tally[] {
  const views = [...Map.groupBy(predictions, ({ view }) => viewName(view)).values()];
  return views.map((own) => ({
    ...armOf(arm),
    view: own[0].view,
    cases: [...Map.groupBy(own, (p) => p.case)].map(([name, images]) => tallyOf(name, images, classes)),
    area: positive === null ? null : areaOf(own, classes.indexOf(positive), positive),
  }));
}

function areaOf(images: readonly Tested[], of: number, positive: string): AreaTally | null {
  const isPositive = images.map(({ truth }) => truth === positive);
  const margins = images.map(({ logits }) => marginOf(logits, of));
  const placements = placementsOf(margins, isPositive);
  const casesWhere = (is: boolean) => images.flatMap((image, i) => (isPositive[i] === is ? [image.case] : []));
  return placements && { placements, positives: casesWhere(true), negatives: casesWhere(false) };
}

function tallyOf(name: string, images: readonly Tested[], classes: readonly string[]): CaseTally {
  const count = (of: (image: Tested) => boolean) => classes.map((c) => images.filter((i) => i.truth === c && of(i)).length);
  const margins = classes.map((_, c) => images.reduce((sum, { logits }) => sum + marginOf(logits, c), 0));
  return {
    case: name,
    images: count(() => true),
    right: count(({ truth, predicted }) => truth === predicted),
    answer: margins.indexOf(Math.max(...margins)),
  };
}

/** One case in one square of the matrix: what it got right on average over seeds, and over folds that test it more than once. */
export interface SquareCase {
  readonly case: string;
  readonly images: readonly number[];
  readonly right: readonly number[];
}

/** @param tallies of one square: the same contender, train set and view */
export function squareCases(tallies: readonly Pick<Tally, 'cases'>[]): SquareCase[] {
  const byCase = Map.groupBy(
    tallies.flatMap(({ cases }) => cases),
    (tally) => tally.case,
  );
  return [...byCase]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, tests]) => ({
      case: name,
      images: tests[0].images.map((_, c) => tests.reduce((sum, test) => sum + test.images[c], 0) / tests.length),
      right: tests[0].right.map((_, c) => tests.reduce((sum, test) => sum + test.right[c], 0) / tests.length),
    }));
}

/** Share of a case's images that were answered rightly. */
export function caseScore({ images, right }: Pick<SquareCase, 'images' | 'right'>): number {
  return total(right) / total(images);
}

export function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
