import { describe, expect, it } from 'vitest';
import { matricesOf } from '../../../shared/analysis/matrix.ts';
import {
  classMetricsOf,
  majorityBaseline,
  metricsOf,
  recognitionRate,
  standardDeviation,
} from '../../../shared/analysis/metrics.ts';
import { areaUnderCurve, logLoss, marginOf, type Scored, scoredSet } from '../../../shared/analysis/scored.ts';
import { tableOf } from '../../../shared/analysis/table.ts';
import { cell as sample } from '../../../renderer/testing/samples.ts';

const CLASSES = ['benign', 'malignant'];
const set = (images: readonly Scored[]) => scoredSet(images, CLASSES, 'malignant');
const auc = (images: readonly Pick<Scored, 'truth' | 'logits'>[]) =>
  areaUnderCurve(
    images.map(({ logits }) => marginOf(logits, 1)),
    images.map(({ truth }) => truth === 'malignant'),
  );

const image = (truth: Scored['truth'], p: number, name = 'c'): Scored => ({
  truth,
  predicted: p > 0.5 ? 'malignant' : 'benign',
  logits: [0, Math.log(p / (1 - p))],
  case: name,
});

describe('metrics of one test', () => {
  // 3 benign (one wrong), 5 malignant (two wrong)
  const scored = [
    image('benign', 0.1, 'a'),
    image('benign', 0.2, 'a'),
    image('benign', 0.7, 'b'),
    image('malignant', 0.9, 'c'),
    image('malignant', 0.8, 'c'),
    image('malignant', 0.6, 'd'),
    image('malignant', 0.4, 'd'),
    image('malignant', 0.3, 'd'),
  ];

  it('counts truth in rows and prediction in columns', () => {
    expect(set(scored).confusion).toEqual([
      [2, 1],
      [2, 3],
    ]);
  });

  it('computes each metric by its formula', () => {
    const m = metricsOf(set(scored));
    expect(m.accuracy).toBeCloseTo(5 / 8, 12);
    expect(m.sensitivity).toBeCloseTo(3 / 5, 12);
    expect(m.specificity).toBeCloseTo(2 / 3, 12);
    expect(m.balancedAccuracy).toBeCloseTo((3 / 5 + 2 / 3) / 2, 12);
    expect(m.f1).toBeCloseTo(6 / (6 + 1 + 2), 12);
    // pairs where the malignant image scores higher: 0.9 and 0.8 beat all three, 0.6, 0.4 and 0.3 beat two
    expect(m.auc).toBeCloseTo((3 + 3 + 2 + 2 + 2) / 15, 12);
    // cases: a 2/2, b 0/1, c 2/2, d 1/3
    expect(m.recognitionRate).toBeCloseTo((1 + 0 + 1 + 1 / 3) / 4, 12);
    expect(majorityBaseline(set(scored))).toBeCloseTo(5 / 8, 12);
  });

  it('counts ties one half in the AUC', () => {
    expect(auc([image('benign', 0.5), image('malignant', 0.5)])).toBe(0.5);
    expect(auc([image('benign', 0.5), image('benign', 0.1), image('malignant', 0.5)])).toBe(0.75);
  });

  it('ranks by margin: sure answers, whose probabilities are all 1, do not tie', () => {
    const sure = (truth: Scored['truth'], margin: number) => ({ truth, logits: [-margin / 2, margin / 2] });
    const margins = Array.from({ length: 53 }, (_, i) => 38 + i); // 38 to 90
    expect(margins.every((m) => 1 / (1 + Math.exp(-m)) === 1)).toBe(true);
    expect(auc(margins.map((m) => sure(m < 60 ? 'benign' : 'malignant', m)))).toBe(1);
    expect(auc(margins.map((m) => sure(m < 60 ? 'malignant' : 'benign', m)))).toBe(0);
  });

  it('has a log loss that is finite however sure and wrong an answer is', () => {
    expect(logLoss([0, 0], 1)).toBeCloseTo(Math.LN2, 12);
    expect(logLoss([1, 3], 1)).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-2))), 12);
    expect(logLoss([500, -500], 1)).toBe(1000);
    expect(logLoss([-400, 400], 1)).toBe(0);
    expect(logLoss([0, 0, 0, 0], 2)).toBeCloseTo(Math.log(4), 12);
  });

  it('is null where a metric is not defined', () => {
    const m = metricsOf(set([image('benign', 0.1)]));
    expect(m.sensitivity).toBeNull();
    expect(m.balancedAccuracy).toBeNull();
    expect(m.auc).toBeNull();
    expect(m.accuracy).toBe(1);
    expect(recognitionRate(set([]))).toBeNull();
    expect(standardDeviation([1])).toBeNull();
  });
});

describe('metrics of several classes', () => {
  const classes = ['a', 'b', 'c', 'd'];
  /** logits that say so, the surer the later the image */
  const said = (truth: string, predicted: string, i: number): Scored => ({
    truth,
    predicted,
    logits: classes.map((name) => (name === predicted ? 1 + i / 10 : 0)),
    case: `case ${i % 3}`,
  });
  // a: 2 of 3 found; b: 1 of 2; c: 1 of 1, and said once too often; d is not tested
  const scored = [
    said('a', 'a', 0),
    said('a', 'a', 1),
    said('a', 'c', 2),
    said('b', 'b', 3),
    said('b', 'a', 4),
    said('c', 'c', 5),
  ];
  const several = scoredSet(scored, classes, null);

  it('counts a confusion matrix of all classes', () => {
    expect(several.confusion).toEqual([
      [2, 0, 1, 0],
      [1, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('means over the classes that are there, and has nothing that needs a positive one', () => {
    const m = metricsOf(several);
    expect(m.accuracy).toBeCloseTo(4 / 6, 12);
    expect(m.balancedAccuracy).toBeCloseTo((2 / 3 + 1 / 2 + 1) / 3, 12);
    expect(m.macroF1).toBeCloseTo((4 / 6 + 2 / 3 + 2 / 3) / 3, 12); // scikit-learn's f1_score(average="macro")
    expect([m.sensitivity, m.specificity, m.f1]).toEqual([null, null, null]);
    expect(majorityBaseline(several)).toBe(0.5);
  });

  it('measures each class against the rest', () => {
    const [a, , c, d] = classMetricsOf(several);
    expect(a).toMatchObject({ recall: 2 / 3, precision: 2 / 3 });
    expect(c).toMatchObject({ recall: 1, precision: 1 / 2, auc: 1 });
    expect(d).toEqual({ recall: null, precision: null, f1: null, auc: null });
    expect(metricsOf(several).auc).toBeCloseTo((classMetricsOf(several)[0].auc! + classMetricsOf(several)[1].auc! + 1) / 3, 12);
  });

  it('takes the margin of a class against all others together', () => {
    expect(marginOf([1, 3], 1)).toBe(2);
    expect(marginOf([0, 0, 0, 0], 0)).toBeCloseTo(-Math.log(3), 12);
    expect(marginOf([1e4, -1e4, 0], 0)).toBe(1e4);
  });
});

describe('the train x test matrix', () => {
  const cell = (train: number, test: number, seed: number, accuracy: number) => sample(train, test, accuracy, { seed });
  const [matrix] = matricesOf(
    tableOf([cell(100, 40, 0, 0.5), cell(40, 40, 0, 0.9), cell(40, 40, 1, 0.7), cell(40, 100, 0, 0.6), cell(100, 100, 0, 0.8)]), // prettier-ignore
    'accuracy',
  );

  it('averages seeds per square, with magnifications ascending', () => {
    expect(matrix.trainSets).toEqual([40, 100]);
    expect(matrix.squares[0][0]).toMatchObject({ train: 40, test: { magnification: 40 }, trials: 2 });
    expect(matrix.squares[0][0].value).toBeCloseTo(0.8, 12);
    expect(matrix.squares[0][0].sd).toBeCloseTo(Math.SQRT2 / 10, 12);
    expect(matrix.squares[1][0].sd).toBeNull();
  });

  it('means the diagonal, the rest and all squares', () => {
    expect(matrix.diagonalMean).toBeCloseTo(0.8, 12);
    expect(matrix.offDiagonalMean).toBeCloseTo(0.55, 12);
    expect(matrix.overallMean).toBeCloseTo(0.675, 12);
    expect(matrix.rowMeans[0]).toBeCloseTo(0.7, 12);
  });
});
