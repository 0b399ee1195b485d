import type { ImageCounts } from '../../shared/contract/dataset.ts';
import type { TrialImage } from '../../shared/contract/trial.ts';

/** Counts images by magnification and class, and their cases. */
export function countImages(images: readonly Pick<TrialImage, 'magnification' | 'label' | 'case'>[]): ImageCounts {
  const byMagnification: ImageCounts['byMagnification'] = {};
  for (const magnification of [...new Set(images.map((i) => i.magnification))].sort((a, b) => a - b)) {
    const own = images.filter((image) => image.magnification === magnification);
    const malignant = own.filter(({ label }) => label === 'malignant').length;
    byMagnification[magnification] = { benign: own.length - malignant, malignant };
  }
  return { images: images.length, cases: new Set(images.map((i) => i.case)).size, byMagnification };
}
