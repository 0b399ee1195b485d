import { describe, expect, it } from 'vitest';
import type { StudyFile } from '../../../shared/contract/study.ts';
import { StudyOrder } from '../../../main/lab/study-order.ts';

const study = (name: string) => ({ name, trials: [`${name}1`, `${name}2`, `${name}3`].map((id) => ({ id })) }) as StudyFile;
const trials = (...ids: string[]) => ids.map((id) => ({ study: study(id[0]), id }));
const idsOf = (sorted: readonly { id: string }[]) => sorted.map(({ id }) => id);

describe('the order of studies', () => {
  it('is that in which they came; one that has ended and comes again is the last', () => {
    const order = new StudyOrder();
    order.keep(trials('A1'));
    order.keep(trials('A1', 'B1'));
    expect(order.of(trials('B1', 'A1'))).toEqual(['A', 'B']);
    order.keep(trials('B1'));
    order.keep(trials('B1', 'A1'));
    expect(order.of(trials('A1', 'B1'))).toEqual(['B', 'A']);
  });

  it('can be given; what is not named follows, what is not known is not taken in', () => {
    const order = new StudyOrder();
    const all = trials('A1', 'B1', 'C1');
    order.keep(all);
    order.give(['C', 'X']);
    expect(order.of(all)).toEqual(['C', 'A', 'B']);
    order.give(['B', 'C', 'A']);
    expect(order.of(all)).toEqual(['B', 'C', 'A']);
  });

  it('sorts trials by their studies, and those of one study as its plan has them', () => {
    const order = new StudyOrder();
    const waiting = trials('B2', 'A3', 'A1', 'B1');
    order.keep(trials('A1', 'B1'));
    order.sort(waiting);
    expect(idsOf(waiting)).toEqual(['A1', 'A3', 'B1', 'B2']);
    order.give(['B']);
    order.sort(waiting);
    expect(idsOf(waiting)).toEqual(['B1', 'B2', 'A1', 'A3']);
  });

  it('says where a study stands, and which have another place than before', () => {
    const order = new StudyOrder();
    const all = trials('A1', 'B1', 'C1');
    const changed = (now: ReturnType<typeof trials>) => order.changes(now).map(({ name }) => name);
    order.keep(all);
    expect(order.placeOf('A', all)).toEqual({ place: 0, after: null });
    expect(order.placeOf('C', all)).toEqual({ place: 2, after: 'B' });
    expect(order.placeOf('D', all)).toBeNull();
    expect(changed(all)).toEqual(['A', 'B', 'C']);
    expect(changed(trials('A2', 'B1', 'C1'))).toEqual([]); // other trials of the same
    order.give(['A', 'C', 'B']);
    expect(changed(all)).toEqual(['B', 'C']);
    expect(changed(trials('A1', 'B1'))).toEqual(['B', 'C']); // which has gone
    order.forget();
    expect(order.of(all)).toEqual([]);
  });
});
