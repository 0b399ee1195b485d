/** What a network is trained on: one magnification, all of them pooled, or all but one. */
import { type Magnification, magnificationName } from '../magnification.ts';

export type TrainSet = Magnification | 'pooled' | { readonly allBut: Magnification };

/** Unique among train sets, and part of a folder's name: "40x", "pooled", "all-but-40x". */
export function trainSetId(set: TrainSet): string {
  return trainSetName(set).replaceAll(' ', '-');
}

/** As people read it: "40x", "pooled", "all but 40x". */
export function trainSetName(set: TrainSet): string {
  if (typeof set === 'number') return magnificationName(set);
  return set === 'pooled' ? set : `all but ${magnificationName(set.allBut)}`;
}

/** @param all magnifications of the data set @returns those of the training images, ascending */
export function magnificationsOf(set: TrainSet, all: readonly Magnification[]): Magnification[] {
  if (typeof set === 'number') return [set];
  const others = set === 'pooled' ? all : all.filter((m) => m !== set.allBut);
  return [...others].sort((a, b) => a - b);
}

/** Single magnifications ascending, then what leaves one out, then all pooled. */
export function compareTrainSets(a: TrainSet, b: TrainSet): number {
  const rank = (set: TrainSet) => (typeof set === 'number' ? 0 : set === 'pooled' ? 2 : 1);
  const size = (set: TrainSet) => (typeof set === 'number' ? set : set === 'pooled' ? 0 : set.allBut);
  return rank(a) - rank(b) || size(a) - size(b);
}
