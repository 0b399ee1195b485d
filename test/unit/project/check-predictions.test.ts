import { describe, expect, it } from 'vitest';
import { predictionsFault } from '../../../main/project/check-predictions.ts';
import { predictionOf } from '../../../main/project/predictions.ts';
import type { Prediction, TrialImage } from '../../../shared/contract/trial.ts';

const test: TrialImage[] = ['a', 'b', 'c'].map((name, i) => ({
  path: `${name}.png`,
  label: i === 0 ? 'benign' : 'malignant',
  magnification: 40,
  case: `case ${name}`,
  slide: `slide ${name}`,
  pixelSha256: name,
}));
const classes = ['benign', 'malignant'];
const trial = { test, classes, trainSet: 40, testMagnifications: [40], views: ['native' as const] };
const sound = test.map((image, i) => predictionOf(image, [i - 1.25, 0.5 - i], classes));
const change = (at: number, fields: Partial<Prediction>) => sound.map((p, i) => (i === at ? { ...p, ...fields } : p));

describe('predictions of a trial', () => {
  it('are right when every image stands there once, as the trial was given it', () => {
    expect(predictionsFault(sound, trial)).toBeNull();
    expect(predictionsFault(sound.toReversed(), trial)).toBeNull();
  });

  it.each<[string, Prediction[], RegExp]>([
    ['a row too few', sound.slice(1), /1 of 3 test images have no row, e\.g\. a\.png/],
    ['a row twice', [...sound, sound[1]], /two rows for b\.png/],
    ['an image of another trial', change(2, { image: 'z.png' }), /z\.png, which the trial was not tested on/],
    ['another truth', change(0, { truth: 'malignant' }), /truth for a\.png is malignant, but the trial's is benign/],
    ['another case', change(1, { case: 'case a' }), /case for b\.png/],
    ['another slide', change(1, { slide: 'slide a' }), /slide for b\.png/],
    ['another magnification', change(1, { view: { magnification: 100, scale: 'native' } }), /magnification for b\.png/],
    ['another answer than the logits give', change(0, { predicted: 'benign' }), /answer for a\.png does not follow/],
    ['another probability than the logits give', change(0, { probabilities: [0.5, 0.5] }), /probability for a\.png/],
  ])('with %s are named', (_, predictions, fault) => {
    expect(predictionsFault(predictions, trial)).toMatch(fault);
  });
});
