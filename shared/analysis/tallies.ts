/** What each case got right: all that intervals and comparisons are made from. The case is the unit, images of a case are not independent. */
import { type Arm, armOf } from '../domain/study/arm.ts';
import { type View, viewName } from '../domain/study/view.ts';
import { type BinSums, binSums } from './calibration.ts';
import type { Tested } from './cells.ts';
import { marginOf } from './scored.ts';
import { sum } from './statistics/sum.ts';

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
  /** by the positive class; null without one */
  readonly ranked: Ranked | null;
  /** of probabilities: of the positive class, without one of the answer */
  readonly bins: readonly BinSums[];
}

/** Images or patients with what they are ranked by: all that ROC curves are made of. */
export interface Ranked {
  readonly margins: Float64Array;
  readonly isPositive: readonly boolean[];
  readonly cases: readonly string[];
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
    ranked: positive === null ? null : rankedImages(own, classes.indexOf(positive), positive),
    bins: binsOf(own, classes, positive),
  }));
}

function rankedImages(images: readonly Tested[], of: number, positive: string): Ranked {
  return {
    margins: Float64Array.from(images, ({ logits }) => marginOf(logits, of)),
    isPositive: images.map(({ truth }) => truth === positive),
    cases: images.map((image) => image.case),
  };
}

function binsOf(images: readonly Tested[], classes: readonly string[], positive: string | null): BinSums[] {
  const said = images.map(({ predicted }) => positive ?? predicted);
  return binSums(
    images.map(({ logits }, i) => marginOf(logits, classes.indexOf(said[i]))),
    images.map(({ truth }, i) => truth === said[i]),
  );
}

/** Cases by the mean margin of their images. One with images of both kinds has no one truth and is left out. */
export function rankedPatients({ margins, isPositive, cases }: Ranked): Ranked {
  const members = [...Map.groupBy(cases.keys(), (i) => cases[i])].filter(
    ([, images]) => new Set(images.map((i) => isPositive[i])).size === 1,
  );
  return {
    margins: Float64Array.from(members, ([, images]) => images.reduce((sum, i) => sum + margins[i], 0) / images.length),
    isPositive: members.map(([, [first]]) => isPositive[first]),
    cases: members.map(([name]) => name),
  };
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
  /** share of the tests in which the patient's answer is right; null where the images have several truths */
  readonly answered: number | null;
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
      answered: answeredOf(tests),
    }));
}

function answeredOf(tests: readonly CaseTally[]): number | null {
  const truths = tests[0].images.flatMap((count, c) => (count > 0 ? [c] : []));
  return truths.length === 1 ? tests.filter(({ answer }) => answer === truths[0]).length / tests.length : null;
}

/** Share of a case's images that were answered rightly. */
export function caseScore({ images, right }: Pick<SquareCase, 'images' | 'right'>): number {
  return sum(right) / sum(images);
}
