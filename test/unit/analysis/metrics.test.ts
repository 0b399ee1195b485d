import { describe, expect, it } from 'vitest';
import { matricesOf } from '../../../shared/analysis/matrix.ts';
import {
  areaUnderCurve,
  confusionOf,
  logLoss,
  majorityBaseline,
  metricsOf,
  recognitionRate,
  type Scored,
  standardDeviation,
} from '../../../shared/analysis/metrics.ts';

const image = (truth: Scored['truth'], p: number, name = 'c'): Scored => ({
  truth,
  predicted: p > 0.5 ? 'malignant' : 'benign',
  logitBenign: 0,
  logitMalignant: Math.log(p / (1 - p)),
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
    expect(confusionOf(scored)).toEqual([
      [2, 1],
      [2, 3],
    ]);
  });

  it('computes each metric by its formula', () => {
    const m = metricsOf(scored);
    expect(m.accuracy).toBeCloseTo(5 / 8, 12);
    expect(m.sensitivity).toBeCloseTo(3 / 5, 12);
    expect(m.specificity).toBeCloseTo(2 / 3, 12);
    expect(m.balancedAccuracy).toBeCloseTo((3 / 5 + 2 / 3) / 2, 12);
    expect(m.f1).toBeCloseTo(6 / (6 + 1 + 2), 12);
    // pairs where the malignant image scores higher: 0.9 and 0.8 beat all three, 0.6, 0.4 and 0.3 beat two
    expect(m.auc).toBeCloseTo((3 + 3 + 2 + 2 + 2) / 15, 12);
    // cases: a 2/2, b 0/1, c 2/2, d 1/3
    expect(m.recognitionRate).toBeCloseTo((1 + 0 + 1 + 1 / 3) / 4, 12);
    expect(majorityBaseline(scored)).toBeCloseTo(5 / 8, 12);
  });

  it('counts ties one half in the AUC', () => {
    expect(areaUnderCurve([image('benign', 0.5), image('malignant', 0.5)])).toBe(0.5);
    expect(areaUnderCurve([image('benign', 0.5), image('benign', 0.1), image('malignant', 0.5)])).toBe(0.75);
  });

  it('ranks by margin: sure answers, whose probabilities are all 1, do not tie', () => {
    const sure = (truth: Scored['truth'], margin: number) => ({ truth, logitBenign: -margin / 2, logitMalignant: margin / 2 });
    const margins = Array.from({ length: 53 }, (_, i) => 38 + i); // 38 to 90
    expect(margins.every((m) => 1 / (1 + Math.exp(-m)) === 1)).toBe(true);
    expect(areaUnderCurve(margins.map((m) => sure(m < 60 ? 'benign' : 'malignant', m)))).toBe(1);
    expect(areaUnderCurve(margins.map((m) => sure(m < 60 ? 'malignant' : 'benign', m)))).toBe(0);
  });

  it('has a log loss that is finite however sure and wrong an answer is', () => {
    expect(logLoss(0)).toBeCloseTo(Math.LN2, 12);
    expect(logLoss(2)).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-2))), 12);
    expect(logLoss(-1000)).toBe(1000);
    expect(logLoss(800)).toBe(0);
  });

  it('is null where a metric is not defined', () => {
    const m = metricsOf([image('benign', 0.1)]);
    expect(m.sensitivity).toBeNull();
    expect(m.balancedAccuracy).toBeNull();
    expect(m.auc).toBeNull();
    expect(m.accuracy).toBe(1);
    expect(recognitionRate([])).toBeNull();
    expect(standardDeviation([1])).toBeNull();
  });
});

describe('the train x test matrix', () => {
  const cell = (train: number, test: number, seed: number, accuracy: number) => ({
    model: 'resnet18',
    trainMagnification: train,
    testMagnification: test,
    seed,
    images: 40,
    cases: 12,
    confusion: [
      [10, 10],
      [10, 10],
    ] as const,
    metrics: { ...metricsOf([]), accuracy },
  });
  const [matrix] = matricesOf(
    [cell(100, 40, 0, 0.5), cell(40, 40, 0, 0.9), cell(40, 40, 1, 0.7), cell(40, 100, 0, 0.6), cell(100, 100, 0, 0.8)],
    'accuracy',
  );

  it('averages seeds per square, with magnifications ascending', () => {
    expect(matrix.trainMagnifications).toEqual([40, 100]);
    expect(matrix.squares[0][0]).toMatchObject({ train: 40, test: 40, seeds: 2 });
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
