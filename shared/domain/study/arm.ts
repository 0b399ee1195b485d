import { familyOf } from '../families/index.ts';
import { findVariant, variantName } from '../catalogue.ts';
import { folderNameOf } from '../names.ts';
import { isBaseline } from './baselines.ts';
import type { Scaling } from './scaling.ts';
import { type TrainSet, trainSetId } from './train-set.ts';

/** What is compared: a network, with how it was treated where arms of a study differ in that. */
export interface Contender {
  /** id of the network's variant, or of a baseline */
  readonly model: string;
  readonly scaling: Scaling;
  /** trained and tested on a split by image, which leaks, beside the plan's own: what the leak is worth */
  readonly imageLevel: boolean;
}

/** One trial of a study: which network learns from what. */
export interface Arm extends Contender {
  readonly trainSet: TrainSet;
  /** number of the fold; null where the study has one split */
  readonly fold: number | null;
  readonly seed: number;
}

/** What is an arm of something that has more fields. */
export function armOf({ model, scaling, imageLevel, trainSet, fold, seed }: Arm): Arm {
  return { model, scaling, imageLevel, trainSet, fold, seed };
}

/** Unique among contenders: "resnet18", "resnet18 zoom out", "resnet18 zoom out, image-level". */
export function contenderOf({ model, scaling, imageLevel }: Contender): string {
  const treatment = [...(scaling === 'crop' ? [] : [SCALING_NAMES[scaling]]), ...(imageLevel ? ['image-level'] : [])];
  return [model, ...(treatment.length > 0 ? [treatment.join(', ')] : [])].join(' ');
}

/** As people read it: "ResNet-18", "ResNet-18, zoom out". @param id from {@link contenderOf}: no model's id has a space */
export function contenderName(id: string): string {
  const [model, ...treatment] = id.split(' ');
  return [variantName(model), ...(treatment.length > 0 ? [treatment.join(' ')] : [])].join(', ');
}

/** Whether a contender is a network, however it was treated, and no baseline. @param id from {@link contenderOf} */
export function isNetwork(id: string): boolean {
  return !isBaseline(id.split(' ')[0]);
}

const SCALING_NAMES = { none: 'no scaling', 'zoom out': 'zoom out', continuous: 'continuous scale' } as const;

/** The parts of a plan that its trials are made of. */
export interface Arms {
  readonly models: readonly string[];
  readonly baselines: readonly string[];
  readonly trainSets: readonly TrainSet[];
  readonly scalings: readonly Scaling[];
  readonly folds: readonly { readonly fold: number | null; readonly imageLevel: boolean }[];
  readonly seeds: readonly number[];
}

/**
 * Every combination, in the order in which they are run: what differs least comes last. A baseline has no random start and sees
 * images as they are: it runs once for every train set and fold.
 */
export function armsOf({ models, baselines, trainSets, scalings, folds, seeds }: Arms): Arm[] {
  return seeds.flatMap((seed, i) =>
    folds.flatMap((split) =>
      [...(i === 0 ? baselines : []), ...models].flatMap((model) =>
        (isBaseline(model) ? (['crop'] as const) : scalings).flatMap((scaling) =>
          trainSets.map((trainSet) => ({ model, scaling, trainSet, ...split, seed })),
        ),
      ),
    ),
  );
}

/** Name of the trial's folder, e.g. "demo_resnet18_40x_s0", "demo_resnet18_zoom-out_pooled_f2_s0". */
export function trialName(study: string, arm: Arm): string {
  const { trainSet, fold, seed } = arm;
  const parts = [
    contenderOf(arm).replaceAll(/[ ,]+/g, '-'),
    trainSetId(trainSet),
    ...(fold === null ? [] : [`f${fold}`]),
    `s${seed}`,
  ];
  return [folderNameOf(study), ...parts].join('_');
}

/** Of one family and treated alike: of these, a plan may let one variant stand for all. */
export function entryGroup(arm: Contender): string {
  const variant = findVariant(arm.model);
  return contenderOf({ ...arm, model: variant ? familyOf(variant).family : arm.model });
}
