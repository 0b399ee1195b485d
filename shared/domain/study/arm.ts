import { folderNameOf } from '../names.ts';
import { type TrainSet, trainSetId } from './train-set.ts';

/** One trial of a study: which network learns from what. */
export interface Arm {
  /** id of the network's variant */
  readonly model: string;
  readonly trainSet: TrainSet;
  /** number of the fold; null where the study has one split */
  readonly fold: number | null;
  readonly seed: number;
}

/** Every combination, in the order in which they are run: what differs least comes last. */
export function armsOf(plan: {
  readonly models: readonly string[];
  readonly trainSets: readonly TrainSet[];
  readonly folds: readonly (number | null)[];
  readonly seeds: readonly number[];
}): Arm[] {
  const { models, trainSets, folds, seeds } = plan;
  return seeds.flatMap((seed) =>
    folds.flatMap((fold) => models.flatMap((model) => trainSets.map((trainSet) => ({ model, trainSet, fold, seed })))),
  );
}

/** Name of the trial's folder, e.g. "demo_resnet18_40x_s0", "demo_resnet18_pooled_f2_s0". */
export function trialName(study: string, { model, trainSet, fold, seed }: Arm): string {
  return `${folderNameOf(study)}_${model}_${trainSetId(trainSet)}${fold === null ? '' : `_f${fold}`}_s${seed}`;
}
