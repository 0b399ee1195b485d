import { expect, it } from 'vitest';
import { compare } from '../../gpu/checks.ts';
import type { StepAnswer } from '../../gpu/step.ts';

const reference: StepAnswer = { device: 'cpu', rung: 'eager', refusals: [], loss: 0.7, change: [3, 4, 0] };
const row = { check: 'parity', what: 'session' };

it.each<[string, Partial<StepAnswer>, boolean]>([
  ['the same', {}, true],
  ['rounding', { loss: 0.7001, change: [3.001, 4, 0] }, true],
  ['another loss', { loss: 0.71 }, false],
  ['another change', { change: [3, 4, 0.1] }, false],
  ['no change', { change: [0, 0, 0] }, false],
  ['what is no number', { loss: Number.NaN }, false],
  ['too few parameters', { change: [3, 4] }, false],
  ['the CPU instead', { device: 'cpu' }, false],
])('a step on a GPU is held to the one on the CPU: %s', (_, change, passed) => {
  const found: StepAnswer = { ...reference, device: 'gpu', rung: 'session', ...change };
  expect(compare(row, found, reference, 'gpu', 2e-3).passed).toBe(passed);
});
