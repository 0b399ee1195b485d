import { describe, expect, it } from 'vitest';
import { study, trial } from '../testing/samples.ts';
import { whereToGoOn } from './useProjectActions.ts';

const indexed = { dataset: '/data' };
const finished = study([trial({ state: 'finished' })], { state: 'finished' });

describe('a project that is opened', () => {
  it.each([
    ['data', { dataset: null }, []],
    ['plan', indexed, []],
    ['plan', indexed, [study([trial()], { state: 'waiting' })]],
    ['results', indexed, [finished]],
    ['results', indexed, [finished, study([trial({ state: 'failed' })], { state: 'failed' })]],
    ['run', indexed, [finished, study([trial()], { state: 'interrupted' })]],
    ['run', indexed, [study([trial({ state: 'running' })], { state: 'running' })]],
  ] as const)('goes on with %s', (screen, project, studies) => {
    expect(whereToGoOn(project, studies)).toBe(screen);
  });
});
