import type { PlanCheck } from '../../shared/contract/calls/plans.ts';
import type { IndexedImage, Part, Split } from '../../shared/contract/dataset.ts';
import type { Plan } from '../../shared/contract/plan.ts';
import {
  type Evidence,
  evidenceOf,
  evidenceText,
  FEW_CASES,
  FEW_IMAGES,
  isFew,
  onlyClass,
} from '../../shared/domain/study/evidence.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { trainSetName } from '../../shared/domain/study/train-set.ts';

type Warning = PlanCheck['warnings'][number];
/** A part for one train set, or at one test magnification. */
type Place = Evidence & { readonly name: string };

/** Images with their classes, and how they are dealt out. */
export interface Dealt {
  readonly images: readonly IndexedImage[];
  readonly split: Split;
  /** in the order of the logits */
  readonly classes: readonly string[];
}

const BELOW = `fewer than ${FEW_IMAGES} images or ${FEW_CASES} cases`;

/**
 * Parts that hold too little for what a study does with them, told by numbers before it runs: a class that is missing, hardly any
 * images, hardly any cases.
 * @param sets magnifications of each train set
 */
export function evidenceWarnings(plan: Plan, sets: readonly (readonly number[])[], dealt: Dealt): Warning[] {
  const { images, split, classes } = dealt;
  const place = (part: Part, name: string, magnifications: readonly number[]): Place => {
    const own = images.filter((image) => split.parts[image.path] === part && magnifications.includes(image.magnification));
    return { name, ...evidenceOf(own, classes) };
  };
  const ofSets = (part: Part) => plan.trainSets.map((set, i) => place(part, trainSetName(set), sets[i]));
  const tests = plan.testMagnifications.map((m) => place('test', magnificationName(m), [m]));
  const validation = plan.training.selection === 'validation' ? ofSets('validation') : [];
  return [
    ...warn('testMagnifications', 'test', tests, {
      one: 'one class says nothing of telling classes apart, so these squares are marked and left out of means',
      few: `with ${BELOW}, differences between networks are mostly chance`,
    }),
    ...warn('training.selection', 'validation', validation, {
      none: 'the last epoch is tested there, for want of images to choose by',
      one: 'an epoch chosen on one class may never have learned the others: choose the last epoch, or validate on more cases',
      few: `with ${BELOW}, the epoch is chosen by luck: choose the last epoch, or validate on more cases`,
    }),
    ...warn('trainSets', 'training', ofSets('train'), {
      few: `with ${BELOW}, a network learns these images by heart`,
    }),
  ];
}

/** One warning per kind, which names every magnification; a kind without a text is refused elsewhere. */
function warn(
  field: string,
  part: string,
  places: readonly Place[],
  texts: { none?: string; one?: string; few: string },
): Warning[] {
  const none = places.filter((p) => p.images === 0);
  const one = places.filter((p) => onlyClass(p.byClass) !== null);
  const few = places.filter((p) => p.images > 0 && onlyClass(p.byClass) === null && isFew(p, FEW_CASES));
  const kinds = [
    [none, texts.none],
    [one, texts.one],
    [few, texts.few],
  ] as const;
  return kinds.flatMap(([own, text]) => {
    if (own.length === 0 || !text) return [];
    const numbers = own.map((place, i) => {
      const at = place.name;
      return i === 0 ? `At ${at} the ${part} part has ${evidenceText(place)}` : `at ${at} ${evidenceText(place)}`;
    });
    return [{ field, message: `${numbers.join('; ')}: ${text}.` }];
  });
}
