import type { PlanCheck } from '../../shared/contract/api.ts';
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

type Warning = PlanCheck['warnings'][number];
/** One part at one magnification. */
type Place = Evidence & { readonly magnification: number };

const BELOW = `fewer than ${FEW_IMAGES} images or ${FEW_CASES} cases`;

/**
 * Parts that hold too little for what a study does with them, told by numbers before it runs: a class that is missing, hardly any
 * images, hardly any cases.
 */
export function evidenceWarnings(plan: Plan, images: readonly IndexedImage[], split: Split): Warning[] {
  const places = (part: Part, magnifications: readonly number[]) =>
    magnifications.map((magnification): Place => {
      const own = images.filter((image) => split.parts[image.path] === part && image.magnification === magnification);
      return { magnification, ...evidenceOf(own) };
    });
  const validation = plan.training.selection === 'validation' ? places('validation', plan.trainMagnifications) : [];
  return [
    ...warn('testMagnifications', 'test', places('test', plan.testMagnifications), {
      one: 'one class says nothing of telling two apart, so these squares are marked and left out of means',
      few: `with ${BELOW}, differences between networks are mostly chance`,
    }),
    ...warn('training.selection', 'validation', validation, {
      none: 'the last epoch is tested there, for want of images to choose by',
      one: 'an epoch chosen on one class may never have learned the other: choose the last epoch, or validate on more cases',
      few: `with ${BELOW}, the epoch is chosen by luck: choose the last epoch, or validate on more cases`,
    }),
    ...warn('trainMagnifications', 'training', places('train', plan.trainMagnifications), {
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
  const one = places.filter((p) => onlyClass(p) !== null);
  const few = places.filter((p) => p.images > 0 && onlyClass(p) === null && isFew(p, FEW_CASES));
  const kinds = [
    [none, texts.none],
    [one, texts.one],
    [few, texts.few],
  ] as const;
  return kinds.flatMap(([own, text]) => {
    if (own.length === 0 || !text) return [];
    const numbers = own.map((place, i) => {
      const at = magnificationName(place.magnification);
      return i === 0 ? `At ${at} the ${part} part has ${evidenceText(place)}` : `at ${at} ${evidenceText(place)}`;
    });
    return [{ field, message: `${numbers.join('; ')}: ${text}.` }];
  });
}
