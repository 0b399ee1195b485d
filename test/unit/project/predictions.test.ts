import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../../shared/analysis/cells.ts';
import { probabilitiesOf } from '../../../shared/analysis/scored.ts';
import { decodePredictions, encodePredictions, predictionOf } from '../../../main/project/predictions.ts';

const image = (path: string, label: 'benign' | 'malignant', magnification: number, name: string) =>
  ({ path, label, magnification, case: name, slide: name, pixelSha256: '' }) as const;

const CLASSES = ['benign', 'malignant'];
const predictions = [
  predictionOf(image('a, "quoted".png', 'benign', 40, '1'), [1.25, -0.1234567890123], CLASSES),
  predictionOf(image('b.png', 'malignant', 40, '2'), [-3, 4], CLASSES),
  predictionOf(image('c.png', 'malignant', 100, '2'), [3, -4], CLASSES),
];

describe('predictions', () => {
  it('turn logits into probabilities without overflow', () => {
    expect(probabilitiesOf([0, 0])).toEqual([0.5, 0.5]);
    expect(probabilitiesOf([0, Math.log(3)])[1]).toBeCloseTo(0.75, 12);
    expect(probabilitiesOf([-1e4, 1e4])).toEqual([0, 1]);
    expect(probabilitiesOf([1, 1, 1, 1])).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('survive the CSV file in full precision', () => {
    expect(decodePredictions(encodePredictions(predictions, CLASSES), 'p.csv')).toEqual(predictions);
  });

  it('of a damaged file are refused, naming file, row and column', () => {
    const text = encodePredictions(predictions, CLASSES);
    expect(() => decodePredictions(text.replace('-0.1234567890123', 'x'), 'p.csv')).toThrow(
      /p\.csv: row 2 has no valid "logit_malignant"/,
    );
    expect(() => decodePredictions(text.replaceAll('malignant,benign', 'malignant,maybe'), 'p.csv')).toThrow(
      /p\.csv: row 4 .*"pred"/,
    );
  });

  it('of format 1 are read: two classes, no view, one probability', () => {
    const text =
      'image,magnification,case,slide,true,pred,logit_benign,logit_malignant,p_malignant\n' +
      'b.png,40,2,2,malignant,malignant,-3,4,0.9990889488055994\n';
    expect(decodePredictions(text, 'p.csv')).toEqual([
      { ...predictions[1], probabilities: [expect.any(Number), 0.9990889488055994] },
    ]);
  });

  it('of eight classes have a logit and a probability each', () => {
    const classes = Array.from({ length: 8 }, (_, i) => `class ${i}`);
    const eight = predictionOf({ ...predictions[0], path: 'a.png', label: 'class 3', magnification: 40, pixelSha256: '' }, [1, 2, 3, 9, 5, 6, 7, 8], classes); // prettier-ignore
    expect(eight.predicted).toBe('class 3');
    expect(decodePredictions(encodePredictions([eight], classes), 'p.csv')).toEqual([eight]);
  });

  it('become one result per test magnification', () => {
    const cells = cellsOf(
      { trial: 't', model: 'resnet18', scaling: 'crop', imageLevel: false, trainSet: 40, fold: null, seed: 0 },
      predictions,
      CLASSES,
      'malignant',
    );
    expect(cells.map((c) => [c.view.magnification, c.images, c.cases, c.metrics.accuracy, c.majority])).toEqual([
      [40, 2, 2, 1, 0.5],
      [100, 1, 1, 0, 1],
    ]);
    expect(cells[1].confusion).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });
});
