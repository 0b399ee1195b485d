/** How much a set of images can say: a handful of images or patients, or one class alone, says little, whatever the number. */

/** Fewer images than this, in training, validation or test, are told before a study starts and marked in results. */
export const FEW_IMAGES = 30;
/** Fewer cases than this in a part are told before a study starts. */
export const FEW_CASES = 5;
/** Fewer cases than this under a result are marked: no interval over so few patients is narrow. */
export const FEW_TESTED_CASES = 10;

export interface Evidence {
  readonly images: number;
  readonly cases: number;
  /** class -> images; every class of the study, in the order of the logits */
  readonly byClass: Readonly<Record<string, number>>;
}

/** @param classes of the study */
export function evidenceOf(
  images: readonly { readonly label: string; readonly case: string }[],
  classes: readonly string[],
): Evidence {
  const counts = new Map(classes.map((name) => [name, 0]));
  for (const { label } of images) counts.set(label, (counts.get(label) ?? 0) + 1);
  return { images: images.length, cases: new Set(images.map((image) => image.case)).size, byClass: Object.fromEntries(counts) };
}

/** The only class of some images; null with several classes or without images. */
export function onlyClass(byClass: Evidence['byClass']): string | null {
  const present = Object.keys(byClass).filter((name) => byClass[name] > 0);
  return present.length === 1 ? present[0] : null;
}

export function isFew({ images, cases }: Pick<Evidence, 'images' | 'cases'>, fewCases: number): boolean {
  return images < FEW_IMAGES || cases < fewCases;
}

/** "8 images of 4 cases, all malignant" */
export function evidenceText({ images, cases, byClass }: Evidence): string {
  if (images === 0) return 'no images';
  const only = onlyClass(byClass);
  const classes = only ? `, all ${only}` : ` (${classesText(byClass)})`;
  return `${images} ${images === 1 ? 'image' : 'images'} of ${cases} ${cases === 1 ? 'case' : 'cases'}${classes}`;
}

/** More classes than this are not listed one by one. */
const FEW_CLASSES = 3;

/** "5 benign, 3 malignant", or of many classes how many are there and which is the rarest. */
function classesText(byClass: Evidence['byClass']): string {
  const counts = Object.entries(byClass);
  if (counts.length <= FEW_CLASSES) return counts.map(([name, count]) => `${count} ${name}`).join(', ');
  const present = counts.filter(([, count]) => count > 0);
  const [name, count] = present.reduce((rarest, own) => (own[1] < rarest[1] ? own : rarest));
  return `${present.length} of ${counts.length} classes, the rarest ${name} with ${count}`;
}
