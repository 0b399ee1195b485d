import { type Plan, splitsOf } from '../../shared/contract/plan.ts';
import { type Arm, armsOf, trialName } from '../../shared/domain/study/arm.ts';

/** Splits in a staging folder, by their hashes; trials lie beside it by their ids, which are never called so. */
export const STAGED_SPLITS = 'splits';

/** Trials of a plan in the order in which they run. */
export function trialsOf(plan: Plan): (Arm & { readonly id: string })[] {
  const folds = splitsOf(plan).map(({ fold, imageLevel }) => ({ fold, imageLevel }));
  return armsOf({ ...plan, folds }).map((arm) => ({ id: trialName(plan.name, arm), ...arm }));
}
