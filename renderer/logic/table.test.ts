import { describe, expect, it } from 'vitest';
import { type Column, overTitles, tableTsv } from './table.ts';

interface Row {
  readonly name: string;
  readonly value: number;
}
const columns: Column<Row>[] = [
  { key: 'name', title: 'Trained on', rowHeader: true, text: (row) => row.name },
  { key: '40', title: '40×', over: 'Tested on', text: (row) => row.value.toFixed(1) },
  { key: '100', title: '100×', over: 'Tested on', text: (row) => `${row.value} ± 1` },
  { key: 'mean', title: 'Mean', text: () => '' },
];

describe('tables', () => {
  it('are copied as text with tabs, a cell a cell', () => {
    const rows = [
      { name: '40×', value: 85 },
      { name: 'a\tb\nc', value: 2 },
    ];
    expect(tableTsv(columns, rows)).toBe('Trained on\t40×\t100×\tMean\n40×\t85.0\t85 ± 1\t\na b c\t2.0\t2 ± 1\t');
  });

  it('have titles over columns that belong together', () => {
    expect(overTitles(columns)).toEqual([
      { title: '', span: 1 },
      { title: 'Tested on', span: 2 },
      { title: '', span: 1 },
    ]);
    expect(overTitles(columns.slice(0, 1))).toBeNull();
  });
});
