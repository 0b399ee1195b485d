import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeSplit } from '../../../main/dataset/splits.ts';
import { planCases, planPictures } from '../../../main/dataset/tissue/plan.ts';
import { DEMO_TISSUE, demoPlan } from '../../../main/lab/demo.ts';
import { splitsOf, startProblems } from '../../../shared/contract/plan.ts';
import { imageNamed } from '../../helpers/images.ts';

/** From so many on, a bootstrap over cases covers what it says. */
const CASES_FOR_INTERVALS = 20;

describe('the demo', () => {
  const plan = demoPlan('/tissue');
  const images = planCases(1, DEMO_TISSUE.cases)
    .flatMap((tissue) => planPictures(tissue, DEMO_TISSUE.fieldsPerMagnification))
    .map(({ path }, id) => imageNamed(basename(path), id));
  const [{ settings }] = splitsOf(plan);
  const { parts } = makeSplit(images, settings);

  it('has a plan that may be started', () => expect(startProblems(plan)).toEqual([]));

  it.each(plan.testMagnifications)('tests enough cases of both classes at %ix', (magnification) => {
    const tested = images.filter((image) => parts[image.path] === 'test' && image.magnification === magnification);
    const cases = (label: string) => new Set(tested.filter((image) => image.label === label).map((image) => image.case)).size;
    expect(cases('benign') + cases('malignant')).toBe(tested.length); // one image of each case
    expect(tested.length).toBeGreaterThanOrEqual(2 * CASES_FOR_INTERVALS);
    expect(cases('benign')).toBeGreaterThanOrEqual(tested.length / 4);
  });
});
