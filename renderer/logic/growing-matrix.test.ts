import { describe, expect, it } from 'vitest';
import { matricesOf } from '../../shared/analysis/matrix.ts';
import { tableOf } from '../../shared/analysis/table.ts';
import { cell } from '../testing/samples.ts';
import { wholeMatrix } from './growing-matrix.ts';

describe('a matrix that grows', () => {
  const values = (known: Parameters<typeof wholeMatrix>[0]) =>
    wholeMatrix(known, 'resnet18', [40, 100], [100, 40]).squares.map((row) => row.map(({ value }) => value));

  it('has all its squares before the first trial has finished, none with a value', () => {
    expect(values(undefined)).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it('keeps the place of what is there, tests ascending, and leaves the rest empty', () => {
    const [known] = matricesOf(tableOf([cell(100, 40, 0.7), cell(100, 100, 0.9)]), 'accuracy');
    expect(values(known)).toEqual([
      [null, null],
      [0.7, 0.9],
    ]);
    expect(wholeMatrix(known, 'resnet18', [40, 100], [40, 100]).rowMeans).toEqual([null, expect.closeTo(0.8)]);
  });
});
