import { describe, expect, it } from 'vitest';
import { differs } from '../../../shared/analysis/findings.ts';
import { sideBySide } from '../../../shared/analysis/side-by-side.ts';
import { cubeTallies } from '../../helpers/statistics-cube.ts';
import fixtures from '../../fixtures/statistics/fixtures.json' with { type: 'json' };

const { t } = fixtures.cube.expected.gapDifference;
const of = (network: string) => cubeTallies().filter(({ model }) => model === network);

describe('two studies side by side', () => {
  it('differ by pairs of cases, as the reference says of two networks of one', () => {
    const [{ first, second, measures, squares }] = sideBySide(of('a'), of('b'), [['a', 'b']]);
    expect([first, second]).toEqual(['a', 'b']);
    expect(measures.gap.value).toBeCloseTo(t.mean, 9);
    expect(measures.gap.low).toBeCloseTo(t.low95, 9);
    expect(measures.gap.high).toBeCloseTo(t.high95, 9);
    expect(squares).toHaveLength(4);
    for (const { first, second, difference } of squares) expect(first! - second!).toBeCloseTo(difference.value!, 12);
  });

  it('are the same beside themselves: no difference, and no interval without width', () => {
    for (const { measures, squares } of sideBySide(of('a'), of('a'))) {
      expect(measures.overall).toMatchObject({ value: 0, low: null, high: null, doubt: { code: 'no spread' } });
      expect(squares.filter(differs)).toEqual([]);
    }
  });

  it('rest on the cases that both have tested, and only on them', () => {
    const [all] = sideBySide(of('a'), of('b'), [['a', 'b']]);
    const names = of('a')[0].cases.map((own) => own.case);
    const [left, kept] = [names.slice(0, 3), names.slice(3)];
    const without = (out: readonly string[]) => of('b').map((tally) => ({ ...tally, cases: tally.cases.filter((own) => !out.includes(own.case)) })); // prettier-ignore
    const [some] = sideBySide(of('a'), without(left), [['a', 'b']]);
    expect(some.squares[0].difference.cases).toBe(kept.length);
    expect(some.squares[0].first).not.toBe(all.squares[0].first);
    const elsewhere = of('b').map((tally) => ({ ...tally, cases: tally.cases.map((own) => ({ ...own, case: `other ${own.case}` })) })); // prettier-ignore
    const [none] = sideBySide(of('a'), elsewhere, [['a', 'b']]);
    expect(none.squares[0]).toMatchObject({ first: null, second: null, difference: { value: null, cases: 0 } });
  });

  it('have no pairs where no network is in both', () => {
    expect(sideBySide(of('a'), of('b'))).toEqual([]);
  });
});
