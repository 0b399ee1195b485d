import type { ImageCounts } from '../../shared/contract/dataset.ts';
import type { TrialImage } from '../../shared/contract/trial.ts';
import { evidenceOf } from '../../shared/domain/study/evidence.ts';

/** Counts images by magnification and class, and their cases. @param classes in the order of the logits */
export function countImages(
  images: readonly Pick<TrialImage, 'magnification' | 'label' | 'case'>[],
  classes: readonly string[],
): ImageCounts {
  const byMagnification: ImageCounts['byMagnification'] = {};
  for (const magnification of [...new Set(images.map((i) => i.magnification))].sort((a, b) => a - b)) {
    const own = images.filter((image) => image.magnification === magnification);
    byMagnification[magnification] = { ...evidenceOf(own, classes).byClass };
  }
  return { images: images.length, cases: new Set(images.map((i) => i.case)).size, byMagnification };
}
