import type { Prediction, TrialImage } from '../../shared/contract/trial.ts';
import { probabilityMalignant } from './predictions.ts';

/** Printed with full precision and read back, a probability is the same; another machine's exponential may differ in its last bits. */
const TOLERANCE = 1e-12;

/**
 * What keeps predictions from being those of a trial: every test image of its configuration must stand there once, with its own
 * truth, magnification, case and slide, and answers must follow from the logits.
 * @returns a clause that names the first image that is wrong; null when all is right
 */
export function predictionsFault(predictions: readonly Prediction[], test: readonly TrialImage[]): string | null {
  const tested = new Map(test.map((image) => [image.path, image]));
  const seen = new Set<string>();
  for (const p of predictions) {
    const image = tested.get(p.image);
    if (!image) return `it has a row for ${p.image}, which the trial was not tested on`;
    if (seen.has(p.image)) return `it has two rows for ${p.image}`;
    seen.add(p.image);
    if (p.truth !== image.label) return `its truth for ${p.image} is ${p.truth}, but the trial's is ${image.label}`;
    for (const key of ['magnification', 'case', 'slide'] as const)
      if (p[key] !== image[key]) return `its ${key} for ${p.image} is ${p[key]}, but the trial's is ${image[key]}`;
    if (p.predicted !== (p.logitMalignant > p.logitBenign ? 'malignant' : 'benign'))
      return `its answer for ${p.image} does not follow from the logits`;
    if (Math.abs(p.probabilityMalignant - probabilityMalignant(p.logitBenign, p.logitMalignant)) > TOLERANCE)
      return `its probability for ${p.image} does not follow from the logits`;
  }
  const missing = test.filter(({ path }) => !seen.has(path));
  return missing.length === 0 ? null : `${missing.length} of ${test.length} test images have no row, e.g. ${missing[0].path}`;
}
