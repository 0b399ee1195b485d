import { describe, expect, it } from 'vitest';
import { CallError } from '../api/index.ts';
import { epoch, step, study, trial } from '../testing/samples.ts';
import { confusionView } from './confusion.ts';
import { countsTable } from './counts.ts';
import { curvesOf } from './curves.ts';
import { queueSecondsLeft } from './eta.ts';
import { fieldProblems, problemsOf } from './field-problems.ts';
import { bytes, compact, duration, integer, percent, short, signedPercent } from './format.ts';
import { afterMessage, trialShare } from './live-trial.ts';
import { modelChoices } from './model-choices.ts';
import { freeName, parseSeeds, valueText } from './plan-fields.ts';
import { problemGroups } from './problem-groups.ts';
import { stripOf } from './split-strip.ts';

describe('numbers', () => {
  it.each([
    [duration(0.2), '<\u00a01\u00a0s'],
    [duration(95), '1 min 35 s'],
    [duration(3599), '60 min'],
    [duration(7300), '2 h 1 min'],
    [duration(4 * 86400), '4 days'],
    [percent(0.9172), '91.7'],
    [percent(null), '–'],
    [signedPercent(-0.0001), '0.0'],
    [signedPercent(-0.031), '−3.1'],
    [integer(11177538), '11\u2009177\u2009538'],
    [compact(11177538), '11.2 M'],
    [bytes(541e6), '541 MB'],
    [short(2e-5), '2e-5'],
    [short(4 / 3), '1.333'],
    [short(0), '0'],
    [short(300), '300'],
  ])('%s is written %s', (text, expected) => expect(text).toBe(expected));
});

describe('plan fields', () => {
  it('reads seeds as people write them', () => {
    expect(parseSeeds('0, 1;2  3')).toEqual({ seeds: [0, 1, 2, 3] });
    expect(parseSeeds('0, x 1.5 -1')).toEqual({ wrong: ['x', '1.5', '-1'] });
    expect(parseSeeds(' ')).toEqual({ seeds: [] });
  });

  it('finds a free name', () => {
    expect(freeName('Demo', ['Demo'])).toBe('Demo 2');
    expect(freeName('Demo 2', ['Demo', 'Demo 2', 'Demo 3'])).toBe('Demo 4');
  });

  it('writes ranges with a dash', () => expect(valueText([0.08, 1])).toBe('0.08 – 1'));

  it('hangs the issues of a refused call on their fields', () => {
    const issues = [{ field: 'plan.training.epochs', message: 'too small' }];
    const found = fieldProblems(new CallError('bad-input', 'call', { field: 'plan.training.epochs', issues }));
    expect(found).toEqual([{ field: 'training.epochs', message: 'too small' }]);
    expect(problemsOf(found, 'training')).toEqual(['too small']);
    expect(problemsOf(found, 'train')).toEqual([]);
    expect(fieldProblems(new CallError('leak', 'text', { field: 'split.by' }))).toEqual([{ field: 'split.by', message: 'text' }]);
  });
});

describe('networks to choose from', () => {
  const listed = {
    id: 'resnet18',
    family: 'resnet',
    name: 'ResNet-18',
    params: 1,
    sizeMultiple: 1,
    small: false,
    citation: 'He',
  };

  it('are the catalogue, and those of the plan that are known by name alone', () => {
    const offered = modelChoices([listed], [listed.id, 'wavemix_64_2', 'no such network']);
    expect(offered.map(({ id }) => id)).toEqual([listed.id, 'wavemix_64_2']);
    expect(offered[1]).toMatchObject({ family: 'wavemix', name: 'WaveMix-64/2', sizeMultiple: 8, small: false });
  });
});

describe('live trial', () => {
  it('keeps the last step and its place within the epochs', () => {
    const live = afterMessage(undefined, step({ epoch: 2, step: 2, steps: 4 }));
    expect(live.points).toEqual([{ x: 2.5, loss: 0.7, learningRate: 0.01 }]);
    expect(trialShare(2, 10, live)).toBeCloseTo(0.25);
    expect(trialShare(3, 10, live)).toBeCloseTo(0.3); // the epoch has been counted meanwhile
  });

  it('thins the points of a long trial', () => {
    let live = afterMessage(undefined, step());
    for (let i = 0; i < 24_000; i++) live = afterMessage(live, step({ epoch: i }));
    expect(live.points.length).toBeLessThanOrEqual(10_000);
    expect(live.points.at(-1)!.x).toBe(23_999.25);
  });

  it('starts anew when the process is ready', () => {
    const ready = { type: 'ready', device: 'cpu', tensorflow: '2', engine: 'e', resumedAtEpoch: 1 } as const;
    expect(afterMessage(afterMessage(undefined, step()), ready)).toMatchObject({ device: 'cpu', points: [], step: null });
  });
});

describe('time left', () => {
  const running = trial({ id: 'a', state: 'running', trainingSeconds: 10 });
  const live = new Map([['a', afterMessage(undefined, step({ secondsLeft: 40 }))]]);

  it('takes a waiting trial to be as long as the running one of its model', () => {
    expect(queueSecondsLeft(study([running, trial({ id: 'b' })]), live)).toBe(90);
  });

  it('prefers finished trials of the same model', () => {
    const finished = trial({ id: 'c', state: 'finished', trainingSeconds: 30 });
    expect(queueSecondsLeft(study([finished, running, trial({ id: 'b' })]), live)).toBe(70);
  });

  it('says nothing before the first step', () => expect(queueSecondsLeft(study([running]), new Map())).toBeNull());
});

describe('curves', () => {
  it('puts the first epoch at 1 and marks the one that is tested: the last best one, or the last', () => {
    const history = [epoch({ best: true }), epoch({ epoch: 1, best: true }), epoch({ epoch: 2, validationLoss: null })];
    const curves = curvesOf(history, [], 'validation');
    expect(curves.loss.map((s) => [s.name, s.points.map((p) => p.x)])).toEqual([
      ['trainLoss', [1, 2, 3]],
      ['validationLoss', [1, 2]],
    ]);
    expect(curves.tested!.epoch).toBe(1);
    expect(curvesOf(history, [], 'last').tested!.epoch).toBe(2);
  });
});

describe('tables', () => {
  it('counts images by class, subtype and magnification', () => {
    const table = countsTable({
      tasks: [{ id: 'malignancy', classes: ['benign', 'malignant'], positive: 'malignant' }],
      counts: [
        { magnification: 100, label: 'benign', subtype: 'A', images: 3 },
        { magnification: 40, label: 'malignant', subtype: 'DC', images: 6 },
        { magnification: 40, label: 'benign', subtype: 'A', images: 2 },
      ],
    });
    expect(table.magnifications).toEqual([40, 100]);
    expect(table.rows.map((r) => [r.name, ...r.images])).toEqual([
      ['benign', 2, 3, 5],
      ['Adenosis', 2, 3, 5],
      ['malignant', 6, 0, 6],
      ['Ductal carcinoma', 6, 0, 6],
    ]);
    expect(table.totals).toEqual([8, 3, 11]);
    expect(table.positive).toMatchObject({ label: 'malignant', shares: [0.75, 0, 6 / 11] });
  });

  it('groups problems, lost images first', () => {
    const problem = (code: 'truncated' | 'unexpected-size', path: string) => ({ code, path, message: '' });
    const groups = problemGroups([problem('unexpected-size', 'a'), problem('truncated', 'b'), problem('truncated', 'c')]);
    expect(groups.map((g) => [g.code, g.problems.length, g.imageStays])).toEqual([
      ['truncated', 2, false],
      ['unexpected-size', 1, true],
    ]);
  });

  it('sorts the split strip by class and part, and marks cases in several parts', () => {
    const square = (magnification: number, part: 'train' | 'test') => ({ magnification, part, images: 1 });
    const strip = stripOf({
      sha256: '',
      totals: [],
      leaks: [],
      dropped: 0,
      unlisted: 0,
      cases: [
        { case: '14-3', label: 'malignant', squares: [square(40, 'train')] },
        { case: '14-2', label: 'benign', squares: [square(40, 'test')] },
        { case: '14-10', label: 'benign', squares: [square(40, 'train'), square(40, 'test')] },
        { case: '14-9', label: 'benign', squares: [square(40, 'train'), square(100, 'train')] },
      ],
    });
    expect(strip.cases.map((c) => c.case)).toEqual(['14-9', '14-2', '14-10', '14-3']);
    expect(strip.cases[2].squares.map((s) => s.part)).toEqual(['mixed', null]);
  });

  it('gives confusion matrices as counts and as shares of truth or prediction', () => {
    const confusion = [
      [3, 1],
      [0, 0],
    ] as const;
    const texts = (mode: 'counts' | 'rows' | 'columns') => confusionView(confusion, mode).map((row) => row.map((c) => c.text));
    expect(texts('counts')).toEqual([
      ['3', '1'],
      ['0', '0'],
    ]);
    expect(texts('rows')).toEqual([
      ['75.0', '25.0'],
      ['–', '–'],
    ]);
    expect(texts('columns')).toEqual([
      ['100.0', '100.0'],
      ['0.0', '0.0'],
    ]);
  });
});
