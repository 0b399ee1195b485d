import { describe, expect, it } from 'vitest';
import { planDifferences } from '../../../main/cli/study-compare.ts';
import { presetPlan } from '../../../shared/contract/plan.ts';

describe('two plans side by side', () => {
  it('name every field that differs by its path, and nothing else', () => {
    const first = presetPlan('rigorous', 'A', '/data');
    const second = { ...first, name: 'B', seeds: [0], training: { ...first.training, epochs: 5, patience: 2 } };
    expect(planDifferences(first, second)).toEqual([
      { field: 'seeds', first: [0, 1, 2], second: [0] },
      { field: 'training.epochs', first: 300, second: 5 },
      { field: 'training.patience', first: undefined, second: 2 },
    ]);
    expect(planDifferences(first, { ...first, name: 'B' })).toEqual([]);
  });
});
