/** How much a set of images can say: a handful of images or patients, or one class alone, says little, whatever the number. */
import { LABELS, type Label } from '../label.ts';

/** Fewer images than this, in training, validation or test, are told before a study starts and marked in results. */
export const FEW_IMAGES = 30;
/** Fewer cases than this in a part are told before a study starts. */
export const FEW_CASES = 5;
/** Fewer cases than this under a result are marked: no interval over so few patients is narrow. */
export const FEW_TESTED_CASES = 10;

export interface Evidence {
  readonly images: number;
  readonly cases: number;
  readonly benign: number;
  readonly malignant: number;
}

export function evidenceOf(images: readonly { readonly label: Label; readonly case: string }[]): Evidence {
  const count = (label: Label) => images.filter((image) => image.label === label).length;
  return {
    images: images.length,
    cases: new Set(images.map((image) => image.case)).size,
    benign: count('benign'),
    malignant: count('malignant'),
  };
}

/** The only class of some images; null with both classes or without images. */
export function onlyClass({ benign, malignant }: Pick<Evidence, 'benign' | 'malignant'>): Label | null {
  return (benign === 0) === (malignant === 0) ? null : LABELS[benign === 0 ? 1 : 0];
}

export function isFew({ images, cases }: Pick<Evidence, 'images' | 'cases'>, fewCases: number): boolean {
  return images < FEW_IMAGES || cases < fewCases;
}

/** "8 images of 4 cases, all malignant" */
export function evidenceText(evidence: Evidence): string {
  const { images, cases, benign, malignant } = evidence;
  if (images === 0) return 'no images';
  const only = onlyClass(evidence);
  const classes = only ? `, all ${only}` : ` (${benign} benign, ${malignant} malignant)`;
  return `${images} ${images === 1 ? 'image' : 'images'} of ${cases} ${cases === 1 ? 'case' : 'cases'}${classes}`;
}
