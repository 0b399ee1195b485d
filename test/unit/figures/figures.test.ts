import { describe, expect, it } from 'vitest';
import { cell } from '../../../renderer/testing/samples.ts';
import type { Inference } from '../../../shared/analysis/findings.ts';
import { tableOf } from '../../../shared/analysis/table.ts';
import { FIGURES } from '../../../shared/figures/index.ts';
import type { Marks } from '../../../shared/figures/marks.ts';
import { matrices } from '../../../shared/figures/matrices.ts';
import { means } from '../../../shared/figures/means.ts';
import { svgOf } from '../../../shared/figures/svg.ts';

const single = {
  confusion: [
    [0, 0],
    [4, 36],
  ],
  majority: 1,
};
const table = tableOf([
  cell(40, 40, 0.9, { majority: 0.6 }),
  cell(40, 100, 0.7, { majority: 0.8 }),
  cell(40, 200, 1, single),
  cell(100, 40, 0.5, { majority: 0.6 }),
  cell(100, 100, 0.8, { majority: 0.8 }),
  cell(100, 200, 1, single),
  cell(40, 100, 0.65, { view: { magnification: 100, scale: 'x0.5' }, majority: 0.8 }),
  cell(100, 100, 0.55, { view: { magnification: 100, scale: 'x0.5' }, majority: 0.8 }),
]);
const NOTHING: Inference = { curves: [], squares: [], contenders: [], comparisons: [] };
const line = [0.125, 0.25, 0.5].map((said) => ({ images: 4, said, happened: said / 2 }));
const corners = [0, 0.25, 1].map((falsePositives) => ({ falsePositives, truePositives: Math.sqrt(falsePositives) }));
const curves = [true, false].map((same) => ({ contender: 'resnet18', same, tests: 2, images: 12, reliability: line, roc: corners })); // prettier-ignore
const costs = [{ contender: 'resnet18', params: 11_000_000, secondsPerEpoch: 3.25, hours: 1 }];
const source = { table, inference: { ...NOTHING, curves }, costs };
const nothing = { table: [], inference: NOTHING, costs: [] };
const name = (id: string) => `<${id}>`;

function valuesOf(marks: Marks): (number | null)[] {
  if (marks.kind === 'bars') return marks.groups.flatMap((group) => group.values);
  if (marks.kind === 'heat') return marks.squares.flat().map((square) => square.value);
  if (marks.kind === 'scatter') return marks.points.map(({ value }) => value);
  return marks.series.flatMap(({ points }) => points.map(({ value }) => value));
}

describe('figures', () => {
  it('show matrices as squares with what they stand on', () => {
    const [heat] = matrices.marks(source, name);
    expect(heat).toMatchObject({ title: '<resnet18>', rows: ['40x', '100x'], columns: ['40x', '100x', '200x'], baseline: [0.6, 0.8, 1] }); // prettier-ignore
    expect(heat.squares[0].map(({ value, same, only }) => [value, same, only])).toEqual([
      [0.9, true, null],
      [0.7, false, null],
      [1, false, 'malignant'],
    ]);
    expect(heat.means.map(({ value }) => Number(value!.toFixed(6)))).toEqual([0.85, 0.6, 0.725]);
  });

  it('show means as bars, with the majority answer over tests of more than one class', () => {
    const [bars] = means.marks(source, name);
    expect(bars.groups.map(({ values }) => values.map((v) => Number(v!.toFixed(6))))).toEqual([[0.725, 0.85, 0.6]]);
    expect(bars.level!.value).toBeCloseTo(0.7, 12);
  });

  it.each(FIGURES.map((figure) => [figure.id, figure] as const))(
    '%s are drawn whole, with every number and escaped names',
    (_, figure) => {
      for (const marks of figure.marks(source, name)) {
        const { text } = svgOf(marks);
        expect(text).toMatch(/^<svg\s+xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
        expect(text).not.toMatch(/<resnet18>|NaN|undefined/);
        expect(text).toContain('&#60;resnet18&#62;');
        for (const value of valuesOf(marks)) expect(text).toContain((100 * value!).toFixed(1));
      }
    },
  );

  it('are empty, and can be drawn, before a trial has finished', () => {
    expect(matrices.marks(nothing, name)).toEqual([]);
    for (const marks of means.marks(nothing, name)) expect(svgOf(marks).text).not.toContain('NaN');
  });
});
