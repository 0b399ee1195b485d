import { predictedClass, probabilitiesOf } from '../../shared/analysis/scored.ts';
import type { Prediction, TrialConfig, TrialImage } from '../../shared/contract/trial.ts';
import { viewName } from '../../shared/domain/study/view.ts';

/** Printed with full precision and read back, a probability is the same; another machine's exponential may differ in its last bits. */
const TOLERANCE = 1e-12;

/**
 * What keeps predictions from being those of a trial: every test image of its configuration must stand there once for every view, with
 * its own truth, magnification, case and slide, and answers must follow from the logits.
 * @returns a clause that names the first image that is wrong; null when all is right
 */
export function predictionsFault(
  predictions: readonly Prediction[],
  { test, classes, views }: Pick<TrialConfig, 'test' | 'classes' | 'views'>,
): string | null {
  const tested = new Map(test.map((image) => [image.path, image]));
  const seen = new Set<string>();
  for (const p of predictions) {
    const image = tested.get(p.image);
    if (!image) return `it has a row for ${p.image}, which the trial was not tested on`;
    if (seen.has(rowOf(p.image, p.view.scale))) return `it has two rows for ${p.image}`;
    seen.add(rowOf(p.image, p.view.scale));
    const fault = rowFault(p, image, classes);
    if (fault) return fault;
  }
  const missing = views.flatMap((view) => test.filter(({ path }) => !seen.has(rowOf(path, view))));
  const wanted = test.length * views.length;
  return missing.length === 0 ? null : `${missing.length} of ${wanted} test images have no row, e.g. ${missing[0].path}`;
}

function rowOf(path: string, scale: string): string {
  return `${scale} ${path}`;
}

function rowFault(p: Prediction, image: TrialImage, classes: readonly string[]): string | null {
  if (p.truth !== image.label) return `its truth for ${p.image} is ${p.truth}, but the trial's is ${image.label}`;
  if (p.view.magnification !== image.magnification)
    return `its magnification for ${p.image} is ${viewName(p.view)}, but the trial's is ${image.magnification}`;
  for (const key of ['case', 'slide'] as const)
    if (p[key] !== image[key]) return `its ${key} for ${p.image} is ${p[key]}, but the trial's is ${image[key]}`;
  if (p.logits.length !== classes.length) return `it has ${p.logits.length} logits for ${p.image}, not one per class`;
  if (p.predicted !== classes[predictedClass(p.logits)]) return `its answer for ${p.image} does not follow from the logits`;
  const computed = probabilitiesOf(p.logits);
  if (p.probabilities.some((own, k) => Math.abs(own - computed[k]) > TOLERANCE))
    return `its probability for ${p.image} does not follow from the logits`;
  return null;
}
