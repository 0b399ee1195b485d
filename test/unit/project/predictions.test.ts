import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../../shared/analysis/cells.ts';
import { decodePredictions, encodePredictions, predictionOf, probabilityMalignant } from '../../../main/project/predictions.ts';

const image = (path: string, label: 'benign' | 'malignant', magnification: number, name: string) =>
  ({ path, label, magnification, case: name, slide: name, pixelSha256: '' }) as const;

const predictions = [
  predictionOf(image('a, "quoted".png', 'benign', 40, '1'), 1.25, -0.1234567890123),
  predictionOf(image('b.png', 'malignant', 40, '2'), -3, 4),
  predictionOf(image('c.png', 'malignant', 100, '2'), 3, -4),
];

describe('predictions', () => {
  it('turn logits into probabilities without overflow', () => {
    expect(probabilityMalignant(0, 0)).toBe(0.5);
    expect(probabilityMalignant(0, Math.log(3))).toBeCloseTo(0.75, 12);
    expect(probabilityMalignant(-1e4, 1e4)).toBe(1);
    expect(probabilityMalignant(1e4, -1e4)).toBe(0);
  });

  it('survive the CSV file in full precision', () => {
    expect(decodePredictions(encodePredictions(predictions), 'p.csv')).toEqual(predictions);
  });

  it('of a damaged file are refused, naming file, row and column', () => {
    const text = encodePredictions(predictions);
    expect(() => decodePredictions(text.replace('-0.1234567890123', 'x'), 'p.csv')).toThrow(
      /p\.csv: row 2 has no valid "logit_malignant"/,
    );
    expect(() => decodePredictions(text.replaceAll('malignant,benign', 'malignant,maybe'), 'p.csv')).toThrow(
      /p\.csv: row 4 .*"pred"/,
    );
  });

  it('become one result per test magnification', () => {
    const cells = cellsOf({ trial: 't', model: 'resnet18', trainMagnification: 40, seed: 0 }, predictions);
    expect(cells.map((c) => [c.testMagnification, c.images, c.cases, c.metrics.accuracy, c.majority])).toEqual([
      [40, 2, 2, 1, 0.5],
      [100, 1, 1, 0, 1],
    ]);
    expect(cells[1].confusion).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });
});
