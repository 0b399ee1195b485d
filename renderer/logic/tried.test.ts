import { describe, expect, it } from 'vitest';
import type { TriedAnswer } from '../../shared/contract/try.ts';
import { answered, triedImage, triedNetwork } from '../testing/samples.ts';
import { agreementsOf, answerKey, askingOrder, networkKey, type Said, trainedOn, triedRows } from './tried.ts';

const networks = [
  triedNetwork('a', { magnifications: [40] }),
  triedNetwork('b', { magnifications: [40, 100, 200, 400] }),
  triedNetwork('c', { magnifications: [100] }),
  triedNetwork('d', { magnifications: null, arm: null, choice: { weights: '/w/d.safetensors' } }),
];
const names = (list: readonly { network: { choice: object } }[]) =>
  list.map(({ network }) => networkKey(network.choice as never));
const image = triedImage('i');

function saying(...said: [network: number, answer: Partial<TriedAnswer>][]): Map<string, Said> {
  return new Map(said.map(([n, answer]) => [answerKey(networks[n].choice, image.id), answered(image.id, answer)]));
}

describe('rows of networks', () => {
  it('begin with those trained on the magnification alone, then those that saw it among others', () => {
    const rows = triedRows(image, networks, 100, new Map());
    expect(names(rows)).toEqual(['trial c', 'trial b', 'trial a', 'weights  /w/d.safetensors']);
    expect(rows.map(({ nearness }) => nearness)).toEqual(['same', 'same', 'other', 'unknown']);
  });

  it('stay in their order while the magnification is not known', () => {
    const rows = triedRows(image, networks, null, new Map());
    expect(names(rows)).toEqual(networks.map(({ choice }) => networkKey(choice)));
    expect(rows.every(({ nearness }) => nearness === 'unknown')).toBe(true);
  });

  it('hold the answers to their own image', () => {
    const answers = saying([1, { predicted: 'benign' }]);
    answers.set(answerKey(networks[0].choice, 'other'), answered('other'));
    expect(triedRows(image, networks, 40, answers).map(({ said }) => said && 'predicted' in said && said.predicted)).toEqual([
      null,
      'benign',
      null,
      null,
    ]);
  });

  it('are asked for in the order in which they stand beside one image or another', () => {
    const order = (...magnifications: (number | null)[]) =>
      askingOrder(networks, magnifications).map(({ choice }) => networkKey(choice).split(' ')[1]);
    expect(order(100)).toEqual(['c', 'b', 'a', '']);
    expect(order(100, 40)).toEqual(['a', 'c', 'b', '']);
    expect(order(null)).toEqual(['a', 'b', 'c', '']);
    expect(order()).toEqual(['a', 'b', 'c', '']);
  });
});

describe('what a network was trained on', () => {
  it('is its train set, or what its weights file says', () => {
    const allBut = triedNetwork('e', { arm: { ...networks[0].arm!, trainSet: { allBut: 40 } } });
    expect([...networks, allBut].map(trainedOn)).toEqual(['40×', '40×', '40×', null, 'all but 40×']);
    expect(trainedOn({ ...networks[3], magnifications: [200] })).toBe('200×');
  });
});

describe('agreement', () => {
  it('counts what networks say, the most frequent first, and none that has not answered', () => {
    const answers = saying([0, { predicted: 'benign' }], [1, {}], [2, {}]);
    answers.set(answerKey(networks[3].choice, image.id), { image: image.id, error: { code: 'bad-input', message: 'no' } });
    expect(agreementsOf(triedRows(image, networks, null, answers))).toEqual([
      {
        classes: ['benign', 'malignant'],
        votes: [
          { label: 'malignant', networks: 2 },
          { label: 'benign', networks: 1 },
        ],
        networks: 3,
      },
    ]);
  });

  it('keeps networks apart that tell other classes apart; the order of the classes does not matter', () => {
    const others = { classes: ['adenosis', 'fibroadenoma'], predicted: 'adenosis' };
    const answers = saying([0, {}], [1, { classes: ['malignant', 'benign'] }], [2, others]);
    expect(agreementsOf(triedRows(image, networks, null, answers)).map(({ votes, networks: n }) => [votes[0].label, n])).toEqual([
      ['malignant', 2],
      ['adenosis', 1],
    ]);
  });

  it('is none before the first answer', () => {
    expect(agreementsOf(triedRows(image, networks, 40, new Map()))).toEqual([]);
  });
});
