import { describe, expect, it } from 'vitest';
import { resumePointSchema } from '../../../../shared/contract/trial.ts';
import { isBetter, testedRow } from '../../../../shared/domain/study/selection.ts';

describe('which epoch is tested', () => {
  it('is the most accurate; of equally accurate ones that with the lowest loss, not the first', () => {
    const epochs = [
      { accuracy: 12 / 13, loss: 0.64 }, // the first to have 12 of 13 right, by luck
      { accuracy: 11 / 13, loss: 0.2 },
      { accuracy: 12 / 13, loss: 0.31 },
      { accuracy: 12 / 13, loss: 0.45 },
    ];
    let best: (typeof epochs)[number] | null = null;
    for (const epoch of epochs) if (isBetter(epoch, best)) best = epoch;
    expect(best).toBe(epochs[2]);
    expect(isBetter({ accuracy: 1, loss: 9 }, epochs[2])).toBe(true);
    expect(isBetter(epochs[2], epochs[2])).toBe(false);
  });

  it('is decided by accuracy alone where an older version did not keep the loss', () => {
    expect(isBetter({ accuracy: 0.9, loss: 0.1 }, { accuracy: 0.9, loss: null })).toBe(false);
    expect(isBetter({ accuracy: 0.91, loss: 0.1 }, { accuracy: 0.9, loss: null })).toBe(true);
  });

  it('goes on from a resume point of an older version, which has no loss', () => {
    const row = { epoch: 0, epochs: 2, learningRate: 0.1, trainLoss: 1, trainAccuracy: 0.5, imagesPerSecond: 1, seconds: 1 };
    const point = { epoch: 1, steps: 4, bestEpoch: 0, bestAccuracy: 0.5, seconds: 1, config: 'x' };
    const old = { ...point, row: { ...row, validationLoss: 0.7, validationAccuracy: 0.5, best: true } };
    expect(resumePointSchema.parse(old).bestLoss ?? null).toBeNull();
    expect(resumePointSchema.parse({ ...old, bestLoss: 0.7 }).bestLoss).toBe(0.7);
  });

  it('is the last with "last", whatever rows were marked as', () => {
    const rows = [{ best: true }, { best: true }, { best: false }];
    expect(testedRow(rows, 'last')).toBe(rows[2]);
    expect(testedRow(rows, 'validation')).toBe(rows[1]);
    expect(testedRow([], 'last')).toBeNull();
  });
});
