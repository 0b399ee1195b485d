import { describe, expect, it } from 'vitest';
import { trial } from '../testing/samples.ts';
import { boardOf, neighbourOf, stateCounts } from './run-board.ts';

/** Two networks with two seeds on two train sets, and a baseline that has one part less. */
const trials = [
  ...[0, 1].flatMap((seed) =>
    ['resnet18', 'vit_test'].flatMap((model) =>
      [100, 40].map((trainSet) => trial({ id: `${model} ${trainSet} s${seed}`, model, trainSet, seed })),
    ),
  ),
  trial({ id: 'histogram 40 s0', model: 'colour_histogram', trainSet: 40 }),
];
const board = boardOf(trials);
const to = (id: string, key: string, ctrlKey = false) => neighbourOf(board, id, { key, ctrlKey });

describe('the board of a study', () => {
  it('has a row for each network, train sets ascending, and a part for each seed', () => {
    expect(board.trainSets).toEqual([40, 100]);
    expect(board.rows.map(({ contender, squares }) => [contender, squares.map((s) => s.trials.map(({ id }) => id))])).toEqual([
      [
        'resnet18',
        [
          ['resnet18 40 s0', 'resnet18 40 s1'],
          ['resnet18 100 s0', 'resnet18 100 s1'],
        ],
      ],
      [
        'vit_test',
        [
          ['vit_test 40 s0', 'vit_test 40 s1'],
          ['vit_test 100 s0', 'vit_test 100 s1'],
        ],
      ],
      ['colour_histogram', [['histogram 40 s0'], []]],
    ]);
  });

  it.each([
    ['resnet18 40 s0', 'ArrowRight', false, 'resnet18 40 s1'],
    ['resnet18 40 s1', 'ArrowRight', false, 'resnet18 100 s0'],
    ['resnet18 100 s1', 'ArrowRight', false, null],
    ['resnet18 40 s0', 'ArrowLeft', false, null],
    ['resnet18 100 s1', 'ArrowDown', false, 'vit_test 100 s1'],
    ['vit_test 40 s1', 'ArrowDown', false, 'histogram 40 s0'], // the nearest part that is there
    ['vit_test 100 s0', 'ArrowDown', false, null], // the baseline was not trained on it
    ['histogram 40 s0', 'ArrowUp', false, 'vit_test 40 s0'],
    ['vit_test 40 s1', 'Home', false, 'vit_test 40 s0'],
    ['vit_test 40 s1', 'End', false, 'vit_test 100 s1'],
    ['vit_test 40 s1', 'Home', true, 'resnet18 40 s0'],
    ['vit_test 40 s1', 'End', true, 'histogram 40 s0'],
    ['vit_test 40 s1', 'a', false, null],
    ['of no board', 'ArrowRight', false, null],
  ] as const)('from %s, %s (with Ctrl: %s) leads to %s', (id, key, ctrl, next) => expect(to(id, key, ctrl)).toBe(next));

  it('counts how trials stand', () => {
    const some = [trial({ state: 'waiting' }), trial({ state: 'finished' }), trial({ state: 'waiting' })];
    expect(stateCounts(some)).toEqual([
      { state: 'finished', count: 1 },
      { state: 'waiting', count: 2 },
    ]);
  });
});
