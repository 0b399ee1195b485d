import { describe, expect, it } from 'vitest';
import { presetPlan, splitsOf } from '../../shared/contract/plan.ts';
import { VARIANTS } from '../../shared/domain/catalogue.ts';
import { entryOf, modelChoices } from './model-choices.ts';
import { departuresOf, fieldName, readField, resetField } from './plan-fields.ts';

const preset = () => presetPlan('rigorous', 'A', '/data');

describe('what differs from a preset', () => {
  it('is named as on the page, a recipe as one thing, and goes back', () => {
    const plan = preset();
    plan.training.epochs = 60;
    plan.budgetMinutes = 90;
    plan.evaluation = 'crop';
    plan.training.optimiser = 'adamw';
    plan.split.dropDuplicates = false;
    delete plan.recipes.attention;
    const found = departuresOf(plan, preset());
    expect(found.map(({ name, here, preset: there }) => `${name}: ${here} instead of ${there}`)).toEqual([
      'Keep one of identical pictures: no instead of yes',
      'Test images: Centre crop instead of Full frame',
      'Epochs: 60 instead of 300',
      'Optimiser: AdamW instead of SGD, Nesterov',
      'Different for attention networks: none instead of its own recipe',
      'Budget of the study (minutes): 90 instead of none',
    ]);
    for (const { field } of found) resetField(plan, preset(), field);
    expect(plan).toEqual(preset());
  });

  it('is taken away again where the preset has nothing', () => {
    const plan = preset();
    plan.training.patience = 5;
    resetField(plan, preset(), 'training.patience');
    expect('patience' in plan.training).toBe(false);
    expect(splitsOf(plan)).toEqual(splitsOf(preset()));
  });

  it('every field of a plan has a name on the page, what is inside a field its name', () => {
    const leaves = (value: unknown, path: string): string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([key, own]) => leaves(own, path === '' ? key : `${path}.${key}`))
        : [path];
    const silent = ['format', 'protocol']; // the one is not chosen, the other is in the sentence
    const plan = { ...preset(), positive: 'malignant', dataset: { folder: '/data' } };
    expect(leaves(plan, '').filter((path) => fieldName(path) === null)).toEqual(silent);
    expect(fieldName('trainSets.2')).toBe('Train on');
    expect(fieldName('recipes.attention.warmupEpochs')).toBe('Different for attention networks');
    expect(readField(preset(), 'split.ratios.1')).toBe(preset().split.ratios[1]);
  });
});

describe('the network that stands for a family', () => {
  const catalogue = VARIANTS.map((variant) => ({ ...variant, small: variant.small ?? false, citation: '' }));
  const entry = (family: string, size: number) =>
    entryOf(modelChoices(catalogue, []).filter((row) => row.family === family), [size, size])?.id; // prettier-ignore

  it('is its first published one; for small images the small one; none where no size fits', () => {
    expect(entry('resnet', 224)).toBe('resnet18');
    expect(entry('vit', 64)).toBe('vit_test');
    expect(entry('swin', 100)).toBeUndefined();
  });
});
