import type { Prediction, TrialConfig } from '../../shared/contract/trial.ts';
import type { ViewScale } from '../../shared/domain/study/view.ts';
import { zoomOf } from '../../shared/domain/study/view.ts';
import type { Pictures, Shown, TrialHooks } from '../pictures/pictures.ts';
import { writeAtomically } from '../platform/atomic.ts';
import { shownTests } from '../project/check-predictions.ts';
import { encodePredictions, predictionOf } from '../project/predictions.ts';
import type { trialFiles } from '../project/trial-folder.ts';

/** Logits [N, classes], row by row, of uint8 [N, height, width, 3]. */
export type Answerer = (pixels: Uint8Array) => ArrayLike<number>;

/**
 * Tests who has learned, once: predictions.csv on all views; before it validation.csv on the validation images of all magnifications
 * where variants are chosen by these.
 * @returns false when it was stopped
 */
export async function writeTests(
  config: TrialConfig,
  files: ReturnType<typeof trialFiles>,
  pictures: Pictures,
  hooks: TrialHooks,
  answer: Answerer,
): Promise<boolean> {
  const { classes, validation, otherValidation, trainSet } = config;
  const write = async (path: string, shown: readonly (Shown & { scale: ViewScale })[], phase: 'validating' | 'testing') => {
    const predictions: Prediction[] = [];
    for await (const { images, pixels } of pictures.evaluation(shown, phase)) {
      const logits = Array.from(answer(pixels));
      images.forEach(({ image, scale }, i) => {
        const own = logits.slice(i * classes.length, (i + 1) * classes.length);
        predictions.push(predictionOf(image, own, classes, scale));
      });
    }
    if (hooks.signal.aborted) return false;
    await writeAtomically(path, encodePredictions(predictions, classes), hooks.check);
    return true;
  };
  if (otherValidation) {
    const all = [...validation, ...otherValidation].map((image) => ({ image, scale: 'native' as const }));
    if (!(await write(files.validation, all, 'validating'))) return false;
  }
  const tests = shownTests(config).map(({ image, scale }) => ({
    image,
    scale,
    zoom: zoomOf({ magnification: image.magnification, scale }, trainSet),
  }));
  return write(files.predictions, tests, 'testing');
}
