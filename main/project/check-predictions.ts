import { predictedClass, probabilitiesOf } from '../../shared/analysis/scored.ts';
import type { Prediction, TrialConfig, TrialImage } from '../../shared/contract/trial.ts';
import { ALL_SCALES, type ViewScale, viewName, viewsOf } from '../../shared/domain/study/view.ts';

/** Printed with full precision and read back, a probability is the same; another machine's exponential may differ in its last bits. */
const TOLERANCE = 1e-12;

/**
 * What keeps predictions from being those of a trial: every test image of its configuration must stand there once for every view, with
 * its own truth, magnification, case and slide, and answers must follow from the logits.
 * @returns a clause that names the first image that is wrong; null when all is right
 */
export function predictionsFault(
  predictions: readonly Prediction[],
  config: Pick<TrialConfig, 'test' | 'classes' | 'trainSet' | 'testMagnifications' | 'views' | 'scaleCurve'>,
): string | null {
  const { test, classes } = config;
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
  const wanted = shownTests(config);
  const missing = wanted.filter(({ image, scale }) => !seen.has(rowOf(image.path, scale)));
  if (missing.length === 0 && seen.size === wanted.length) return null;
  if (missing.length === 0) return 'it has rows of views that the trial was not tested on';
  return `${missing.length} of ${wanted.length} test images have no row, e.g. ${missing[0].image.path}`;
}

/** What a trial is tested on, in the order in which it is: every test image natively, then at the other scales that are asked for. */
export function shownTests(
  config: Pick<TrialConfig, 'test' | 'trainSet' | 'testMagnifications' | 'views' | 'scaleCurve'>,
): { readonly image: TrialImage; readonly scale: ViewScale }[] {
  const { test, trainSet, scaleCurve = null } = config;
  const views = viewsOf({ ...config, scaleCurve }, trainSet);
  return ALL_SCALES.flatMap((scale) => {
    const shown = views.filter((view) => view.scale === scale).map(({ magnification }) => magnification);
    return test.filter(({ magnification }) => shown.includes(magnification)).map((image) => ({ image, scale }));
  });
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
