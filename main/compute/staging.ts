import type { Plan } from '../../shared/contract/plan.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { folderNameOf } from '../../shared/domain/names.ts';

/** The split in a staging folder; trials lie beside it by their ids, which are never called so. */
export const STAGED_SPLIT = 'split.json';

/** Trials of a plan in the order in which they run. */
export function trialsOf({ name, seeds, models, trainMagnifications }: Plan) {
  return seeds.flatMap((seed) =>
    models.flatMap((model) =>
      trainMagnifications.map((trainMagnification) => ({
        id: `${folderNameOf(name)}_${model}_${magnificationName(trainMagnification)}_s${seed}`,
        model,
        trainMagnification,
        seed,
      })),
    ),
  );
}
