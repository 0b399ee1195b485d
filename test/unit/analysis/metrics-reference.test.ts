import { describe, expect, it } from 'vitest';
import { calibrationLine, reliabilityBins } from '../../../shared/analysis/calibration.ts';
import { majorityBaseline, metricsOf } from '../../../shared/analysis/metrics.ts';
import { type Scored, type ScoredSet, scoredSet } from '../../../shared/analysis/scored.ts';
import { expectEqual, type ReferenceMetrics, statistics } from '../../helpers/fixture.ts';

const { oneCell, edges } = statistics();
const CLASSES = ['benign', 'malignant'];

function setOf(rows: readonly { readonly truth: 0 | 1; readonly margin: number; readonly case: string }[]): ScoredSet {
  const images = rows.map(({ truth, margin, case: name }): Scored => ({
    truth: CLASSES[truth],
    predicted: CLASSES[margin > 0 ? 1 : 0],
    logits: [0, margin],
    case: name,
  }));
  return scoredSet(images, CLASSES, 'malignant');
}

/** What scikit-learn says of the same images, by our names. */
function expectMetrics(set: ScoredSet, expected: ReferenceMetrics): void {
  const [[tn, fp], [fn, tp]] = set.confusion;
  const { accuracy, sensitivity, specificity, balancedAccuracy, precision, f1, macroF1, mcc, auc, brier, logLoss, ece } =
    metricsOf(set);
  const own = {
    ...{ tn, fp, fn, tp, accuracy, sensitivity, specificity, balancedAccuracy, precision, f1, macroF1, mcc, auc, brier, logLoss },
    ece10: ece,
    majority: majorityBaseline(set),
  };
  const known = Object.fromEntries(Object.keys(own).map((key) => [key, expected[key as keyof typeof own]]));
  expectEqual(own, known);
}

const network = (name: 'a' | 'b') =>
  setOf(oneCell.images.map((image) => ({ truth: image.truth, margin: image[name], case: image.case })));

describe.each(['a', 'b'] as const)('metrics of network %s', (name) => {
  const { image, calibration, recognitionRate, patient } = oneCell.expected[name];
  const set = network(name);
  const metrics = metricsOf(set);

  it('are those of scikit-learn', () => expectMetrics(set, image));

  it('are those of patients by their mean margins', () => {
    expectEqual(metrics.recognitionRate, recognitionRate);
    expectEqual(
      {
        accuracy: metrics.patientAccuracy,
        balancedAccuracy: metrics.patientBalancedAccuracy,
        sensitivity: metrics.patientSensitivity,
        specificity: metrics.patientSpecificity,
        auc: metrics.patientAuc,
      },
      Object.fromEntries(Object.entries(patient).filter(([key]) => key !== 'aucDeLongStandardError')),
    );
  });

  it('have a calibration line', () => {
    // the reference's optimiser stopped with an error of 1e-7 or so; ours solves the same equations to rounding, see below
    expectEqual({ slope: metrics.calibrationSlope, intercept: metrics.calibrationIntercept }, calibration, 1e-6);
  });

  it('have a calibration line at which the likelihood is flat', () => {
    const { slope, intercept } = calibrationLine(
      set.margins[1],
      set.truths.map((truth) => truth === 1),
    )!;
    const rests = set.truths.map((truth, i) => truth - 1 / (1 + Math.exp(-(intercept + slope * set.margins[1][i]))));
    expect(Math.abs(rests.reduce((a, b) => a + b, 0))).toBeLessThan(1e-9);
    expect(Math.abs(rests.reduce((sum, rest, i) => sum + rest * set.margins[1][i], 0))).toBeLessThan(1e-9);
  });
});

describe('metrics at their edges', () => {
  it.each(Object.entries(edges))('%s', (_, { truth, margin, expected }) => {
    const set = setOf(truth.map((own, i) => ({ truth: own, margin: margin[i], case: String(i) })));
    expectMetrics(set, expected);
  });

  it('leave a patient with two truths out, and no line where margins part the classes', () => {
    const rows = [
      { truth: 0, margin: 2, case: 'both' },
      { truth: 1, margin: 2, case: 'both' },
      { truth: 1, margin: 3, case: 'one' },
    ] as const;
    const set = setOf(rows);
    expect(set.patients.cases).toEqual(['one']);
    expect(metricsOf(set)).toMatchObject({ patientAccuracy: 1, patientBalancedAccuracy: null, patientAuc: null });
    expect(calibrationLine([1, 2, 3, 4], [false, false, true, true])).toBeNull();
    expect(calibrationLine([1, 1, 1], [false, true, true])).toBeNull();
  });

  it('put probabilities on an edge into the bin below, and leave empty bins out', () => {
    const halves = setOf([0, 0, -50, 50].map((margin, i) => ({ truth: i === 3 ? 1 : 0, margin, case: 'a' })));
    expect(reliabilityBins(halves)).toEqual([
      { images: 1, said: expect.closeTo(0, 12) as number, happened: 0 },
      { images: 2, said: 0.5, happened: 0 },
      { images: 1, said: 1, happened: 1 },
    ]);
  });
});

describe('metrics of several classes', () => {
  // scikit-learn 1.9.1: matthews_corrcoef, log_loss; Brier's sum over the classes; bins of the answer that was given
  const classes = ['a', 'b', 'c'];
  const logits = [
    [2, 0.5, -1],
    [0.2, 1.5, 0.1],
    [0.3, 0.1, 0.9],
    [1.2, 1, 0],
    [-0.5, 0.4, 2],
  ];
  const truths = ['a', 'b', 'c', 'b', 'c'];
  const set = scoredSet(
    logits.map((own, i) => ({
      truth: truths[i],
      predicted: classes[own.indexOf(Math.max(...own))],
      logits: own,
      case: truths[i],
    })),
    classes,
    null,
  );

  it('are those of scikit-learn', () => {
    const { mcc, logLoss, brier, ece, precision, calibrationSlope } = metricsOf(set);
    expectEqual(
      { mcc, logLoss, brier, ece, precision },
      { mcc: 0.75, logLoss: 0.5106023666799832, brier: 0.2652503071093139, ece: 0.34971060637906387, precision: 5 / 6 },
    );
    expect(calibrationSlope).toBeNull();
  });
});
