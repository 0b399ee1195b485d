import { describe, expect, it } from 'vitest';
import { type Entry, matching } from './palette.ts';

const entry = (group: string, name: string): Entry => ({ id: name, group, name, run: () => {} });
const entries = [entry('Go to', 'Data'), entry('Go to', 'Results'), entry('Results', 'Étude 40x'), entry('Do', 'Open demo data')];
const namesFor = (typed: string) => matching(entries, typed).map(({ name }) => name);

describe('the palette', () => {
  it('shows everything before something is typed', () => {
    expect(namesFor('  ')).toEqual(['Data', 'Results', 'Étude 40x', 'Open demo data']);
  });

  it('finds by every word, whatever case and accents, names that begin so first', () => {
    expect(namesFor('data')).toEqual(['Data', 'Open demo data']);
    expect(namesFor('results ETUDE')).toEqual(['Étude 40x']);
    expect(namesFor('dem data')).toEqual(['Open demo data']);
    expect(namesFor('nothing')).toEqual([]);
  });
});
