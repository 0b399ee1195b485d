import { describe, expect, it } from 'vitest';
import { matricesOf } from '../../shared/analysis/matrix.ts';
import { tableOf } from '../../shared/analysis/table.ts';
import { cell } from '../testing/samples.ts';
import { matrixView, scaleOf } from './matrix-view.ts';

const cells = [
  cell(40, 40, 0.9),
  cell(40, 40, 0.8, { seed: 1 }),
  cell(40, 100, 0.7),
  cell(40, 100, 0.7, { seed: 1 }),
  cell(100, 40, 0.6),
  cell(100, 100, 0.55),
];
const [matrix] = matricesOf(tableOf(cells), 'accuracy');
const scale = scaleOf([matrix]);

describe('matrix view', () => {
  it('shows the mean over seeds with its standard deviation', () => {
    const square = matrixView(matrix, 'value', scale).rows[0].squares[0];
    expect(square).toMatchObject({ text: '85.0', sd: '7.1', trials: 2, diagonal: true, tone: 'value', shade: 1 });
  });

  it('shows what is lost or won against the diagonal of the same row', () => {
    const { rows } = matrixView(matrix, 'drop', scale);
    expect(rows[0].squares.map((s) => s.text)).toEqual(['0.0', '−15.0']);
    expect(rows[1].squares.map((s) => s.text)).toEqual(['+5.0', '0.0']);
    expect(rows[0].squares[1]).toMatchObject({ tone: 'drop', shade: 1, sd: null });
    expect(rows[1].squares[0]).toMatchObject({ tone: 'gain' });
    expect(rows[0].mean).toBe('−15.0');
  });

  it('gives no drop where the row has no diagonal', () => {
    const [half] = matricesOf(tableOf([cell(40, 100, 0.7)]), 'accuracy');
    expect(matrixView(half, 'drop', scaleOf([half])).rows[0].squares[0]).toMatchObject({ value: 0.7, text: '–' });
  });

  it('shows what the best of the seeds would report', () => {
    const { rows } = matrixView(matrix, 'best', scale);
    expect(rows[0].squares.map((s) => s.text)).toEqual(['90.0', '70.0']);
    expect(rows[1].squares.map((s) => s.text)).toEqual(['60.0', '55.0']); // one seed
    expect(rows[0].mean).toBe('80.0');
  });

  it('shows the share that is kept of what is above chance, where guessing has a value', () => {
    const { rows } = matrixView(matrix, 'kept', scale, { chance: 0.5 });
    expect(rows[0].squares.map((s) => s.text)).toEqual(['100.0', '57.1']);
    expect(rows[1].squares.map((s) => s.text)).toEqual(['–', '–']); // hardly above chance
    expect(rows[0].mean).toBe('57.1');
    expect(matrixView(matrix, 'kept', scale).rows[0].squares[0].text).toBe('–');
  });

  it('shows a dash where no trial has finished', () => {
    const [partial] = matricesOf(tableOf(cells.slice(0, 5)), 'accuracy');
    expect(matrixView(partial, 'value', scaleOf([partial])).rows[1].squares[1]).toMatchObject({
      value: null,
      text: '–',
      trials: 0,
    });
  });

  it('scales colours over all matrices together', () => {
    const other = matricesOf(tableOf([cell(40, 40, 0.2)]), 'accuracy');
    expect(scaleOf([matrix, ...other])).toMatchObject({ low: 0.2, high: (0.9 + 0.8) / 2 });
    expect(scaleOf([])).toEqual({ low: 0, high: 1, drop: 0 });
  });
});
