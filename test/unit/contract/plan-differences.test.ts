import { describe, expect, it } from 'vitest';
import { departures, planDifferences } from '../../../shared/contract/plan-differences.ts';
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

  it('of recipes that one lacks names every field', () => {
    const first = presetPlan('quick', 'A', '/data');
    expect(planDifferences(first, { ...first, recipes: { attention: { ema: 0.9 } } })).toEqual([
      { field: 'recipes.attention.ema', first: undefined, second: 0.9 },
    ]);
  });

  it('what is asked and of what is no departure from a preset', () => {
    const preset = presetPlan('rigorous', 'A', '/data');
    const plan = { ...preset, name: 'B', models: ['resnet18'], trainSets: [40], task: 'subtype', equivalenceBand: 0.01 };
    expect(departures(plan, preset)).toEqual([{ field: 'equivalenceBand', first: 0.01, second: 0.03 }]);
  });
});
