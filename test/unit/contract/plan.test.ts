import { describe, expect, it } from 'vitest';
import { LabError, parseOrThrow, toEnvelope } from '../../../shared/contract/errors.ts';
import { planSchema, presetPlan, presets } from '../../../shared/contract/plan.ts';

const plan = presetPlan('quick', 'Q', '/data');

/** The error of a changed plan. */
function refusal(change: (plan: Record<string, unknown>) => void): LabError {
  const copy = structuredClone(plan) as unknown as Record<string, unknown>;
  change(copy);
  try {
    parseOrThrow(planSchema, copy, 'plan');
  } catch (error) {
    return error as LabError;
  }
  throw new Error('the plan was taken');
}

describe('a plan', () => {
  it.each(presets)('of the preset %s is complete and survives JSON', (preset) => {
    const made = presetPlan(preset, 'P', '/data');
    expect(planSchema.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  it('has timm defaults in the paper preset', () => {
    const { training, split, augmentation } = presetPlan('paper', 'P', '/data');
    expect(training).toMatchObject({
      epochs: 300,
      learningRate: 0.05,
      momentum: 0.9,
      weightDecay: 2e-5,
      warmupEpochs: 3,
      labelSmoothing: 0.1,
    });
    expect(split).toMatchObject({ by: 'image', ratios: [7, 1, 2], seed: 42, dropDuplicates: false });
    expect(augmentation).toMatchObject({ scale: [0.08, 1], horizontalFlip: 0.5, colourJitter: 0.4 });
  });

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what is broken on purpose has no type
  it.each<[string, string, (p: any) => void]>([
    ['a wrong field', 'training.epoch', (p) => (p.training.epoch = 3)],
    ['a wrong type', 'training.epochs', (p) => (p.training.epochs = '3')],
    ['a value out of range', 'training.momentum', (p) => (p.training.momentum = 1.5)],
    ['an unknown model', 'models.0', (p) => (p.models[0] = 'resnet19')],
    ['a size that the model cannot take', 'inputSize', (p) => (p.inputSize = [65, 64])],
    ['a name that leaves the folder', 'name', (p) => (p.name = '../evil')],
    ['an unknown field at the top', 'epochs', (p) => (p.epochs = 3)],
    ['a model twice', 'models', (p) => (p.models = ['resnet18', 'resnet18'])],
    ['a fold split without a fold', 'split.fold', (p) => (p.split.by = 'fold')],
    ['a missing folder', 'dataset.folder', (p) => delete p.dataset.folder],
  ])('with %s is refused, naming the field', (_, field, change) => {
    const error = refusal(change);
    expect(error.code).toBe('bad-input');
    expect(error.details?.field).toBe(field);
    expect(error.message).toContain(`field "${field}"`);
  });
});

describe('an error at a boundary', () => {
  it('is a value with code, message and details', () => {
    expect(toEnvelope(new LabError('leak', 'm', { field: 'x' }))).toEqual({
      code: 'leak',
      message: 'm',
      details: { field: 'x' },
    });
    expect(toEnvelope(new TypeError('t'))).toEqual({ code: 'internal', message: 't' });
    expect(toEnvelope('s')).toEqual({ code: 'internal', message: 's' });
  });
});
