import { describe, expect, it } from 'vitest';
import { armsOf, contenderName, contenderOf, trialName } from '../../../shared/domain/study/arm.ts';
import { endingOf } from '../../../shared/domain/study/ending.ts';
import { zoomRange } from '../../../shared/domain/study/scaling.ts';
import { entriesOf } from '../../../shared/domain/study/selection.ts';
import { viewName, viewsOf, zoomOf } from '../../../shared/domain/study/view.ts';

const arms = {
  models: ['resnet18', 'vit_test'],
  baselines: [],
  trainSets: [40],
  scalings: ['crop'],
  folds: [{ fold: null, imageLevel: false }],
  seeds: [0, 1],
} as const;

describe('the arms of a study', () => {
  it('multiply networks, treatments, splits and seeds', () => {
    const folds = [1, 2].map((fold) => ({ fold, imageLevel: false }));
    const all = armsOf({ ...arms, scalings: ['crop', 'continuous'], folds: [...folds, { fold: null, imageLevel: true }] });
    expect(all).toHaveLength(2 * 2 * 3 * 2);
    expect(new Set(all.map((arm) => trialName('Study', arm))).size).toBe(all.length);
  });

  it('have a baseline once for every train set and split: it has no seeds', () => {
    const all = armsOf({ ...arms, baselines: ['colour_histogram'], scalings: ['crop', 'none'], trainSets: [40, 100] });
    const own = all.filter(({ model }) => model === 'colour_histogram');
    expect(own.map(({ trainSet, seed, scaling }) => [trainSet, seed, scaling])).toEqual([
      [40, 0, 'crop'],
      [100, 0, 'crop'],
    ]);
  });

  it('are called by what is different in their treatment, and as before where nothing is', () => {
    const arm = { ...armsOf(arms)[0], scaling: 'zoom out', imageLevel: true } as const;
    expect(trialName('Study', armsOf(arms)[0])).toBe('Study_resnet18_40x_s0');
    expect(trialName('Study', arm)).toBe('Study_resnet18-zoom-out-image-level_40x_s0');
    expect(contenderName(contenderOf(arm))).toBe('ResNet-18, zoom out, image-level');
    expect(contenderName('colour_histogram')).toBe('Colour histogram');
  });
});

describe('the views of a study', () => {
  const tested = { testMagnifications: [40, 400], views: ['native', 'rescaled'], scaleCurve: 400 } as const;

  it('are native, at the pixel size of training, and the steps of the scale curve, each once', () => {
    const names = viewsOf(tested, 40).map(viewName);
    expect(names.slice(0, 2)).toEqual(['40x', '40x rescaled']);
    expect(names).toHaveLength(2 + 2 + 8);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are not rescaled where several magnifications were trained on', () => {
    expect(viewsOf({ ...tested, scaleCurve: null }, 'pooled').map(viewName)).toEqual(['40x', '400x']);
  });

  it('show tissue larger or smaller by the quotient of pixel sizes', () => {
    expect(zoomOf({ magnification: 400, scale: 'rescaled' }, 40)).toBeCloseTo(0.05 / 0.49, 12);
    expect(zoomOf({ magnification: 40, scale: 'rescaled' }, 400)).toBeCloseTo(0.49 / 0.05, 12);
    expect(zoomOf({ magnification: 10, scale: 'rescaled' }, 20)).toBe(2);
    expect(zoomOf({ magnification: 100, scale: 'x0.25' }, 'pooled')).toBe(0.25);
    expect(zoomOf({ magnification: 100, scale: 'native' }, 400)).toBe(1);
  });
});

describe('scale in training', () => {
  it('goes from the finest to the coarsest pixel size of the data set where it is continuous', () => {
    const [low, high] = zoomRange('continuous', 100, [40, 100, 200, 400]);
    expect(low).toBeCloseTo(0.2 / 0.49, 12);
    expect(high).toBeCloseTo(4, 12);
    expect(zoomRange('none', 100, [])).toEqual([1, 1]);
    expect(zoomRange('zoom out', 100, [])).toEqual([0.25, 1]);
  });
});

describe('the end of training', () => {
  const limits = { epochs: 5, cooldownEpochs: 1 };
  const rows = (...best: boolean[]) => best.map((is) => ({ best: is, seconds: 60 }));

  it('comes with the last epoch', () => {
    expect(endingOf(rows(true, true, true, true, true), limits)).toBeNull();
    expect(endingOf(rows(true, true, true, true, true, true), limits)).toBe('epochs');
  });

  it('comes when validation was not better for as long as patience lasts', () => {
    expect(endingOf(rows(true, false), { ...limits, patience: 2 })).toBeNull();
    expect(endingOf(rows(true, false, false), { ...limits, patience: 2 })).toBe('patience');
    expect(endingOf([], { ...limits, patience: 1 })).toBeNull();
  });

  it('comes after the epoch in which the time is over', () => {
    expect(endingOf(rows(true), { ...limits, minutes: 1.5 })).toBeNull();
    expect(endingOf(rows(true, true), { ...limits, minutes: 1.5 })).toBe('time');
  });
});

describe('the variant that stands for a family', () => {
  it('has the highest mean score, the first of equal ones', () => {
    const judged = (model: string, ...scores: (number | null)[]) => scores.map((score) => ({ group: 'resnet', model, score }));
    expect(entriesOf([...judged('a', 0.5, 0.7), ...judged('b', 0.9, 0.4)]).get('resnet')).toBe('b');
    expect(entriesOf([...judged('a', 0.5), ...judged('b', 0.5)]).get('resnet')).toBe('a');
  });

  it('is not known before all of them have finished', () => {
    const judged = [
      { group: 'resnet', model: 'a', score: 0.9 },
      { group: 'resnet', model: 'b', score: null },
      { group: 'vit', model: 'c', score: 0.1 },
    ];
    expect([...entriesOf(judged)]).toEqual([['vit', 'c']]);
  });
});
