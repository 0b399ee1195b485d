import { describe, expect, it } from 'vitest';
import { fitLogisticRegression, linearLogits } from '../../../main/training/logistic-regression.ts';
import { Random } from '../../../shared/domain/random.ts';

describe('logistic regression', () => {
  /** Overlapping classes, so that the optimum is finite and inside. */
  const random = new Random(3);
  const labels = Array.from({ length: 90 }, (_, i) => i % 3);
  const rows = labels.map((label) => Float64Array.from({ length: 4 }, (_, k) => random.uniform(-1, 1) + (k === label ? 0.7 : 0)));
  const penalty = 1 / rows.length;
  const fitted = fitLogisticRegression(rows, labels, 3, penalty);
  const probabilities = rows.map((row) => {
    const odds = linearLogits(fitted, row).map(Math.exp);
    return odds.map((o) => o / odds.reduce((a, b) => a + b));
  });

  it('ends at the optimum: the gradient is zero in every direction', () => {
    for (let c = 0; c < 3; c++) {
      const errors = probabilities.map((p, n) => p[c] - (labels[n] === c ? 1 : 0));
      expect(Math.abs(errors.reduce((a, b) => a + b) / rows.length)).toBeLessThan(1e-5);
      for (let k = 0; k < 4; k++) {
        const slope = errors.reduce((sum, e, n) => sum + e * rows[n][k], 0) / rows.length + penalty * fitted.weights[c][k];
        expect(Math.abs(slope)).toBeLessThan(1e-5);
      }
    }
  });

  it('tells the classes apart better than guessing, and the same every time', () => {
    const right = probabilities.filter((p, n) => p[labels[n]] === Math.max(...p)).length;
    expect(right / rows.length).toBeGreaterThan(0.5);
    expect(fitLogisticRegression(rows, labels, 3, penalty)).toEqual(fitted);
  });
});
