import { describe, expect, it } from 'vitest';
import { LabError, parseOrThrow, toEnvelope } from '../../../shared/contract/errors.ts';
import { api } from '../../../shared/contract/api.ts';
import { presetIds } from '../../../shared/domain/study/presets/index.ts';
import { planSchema, presetPlan, startProblems } from '../../../shared/contract/plan.ts';

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
  it.each(presetIds)('of the preset %s is complete and survives JSON', (preset) => {
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
    ['a fold split without a fold', 'split.folds', (p) => (p.split.by = 'fold')],
    ['a missing folder', 'dataset.folder', (p) => delete p.dataset.folder],
  ])('with %s is refused, naming the field', (_, field, change) => {
    const error = refusal(change);
    expect(error.code).toBe('bad-input');
    expect(error.details?.field).toBe(field);
    expect(error.message).toContain(`field "${field}"`);
  });
});

describe('what is wrong with a plan', () => {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what is broken on purpose has no type
  it.each<[string, (p: any) => void]>([
    ['field "training.epochs": must be at least 1', (p) => (p.training.epochs = 0)],
    ['field "training.epochs": must be at most 10000', (p) => (p.training.epochs = 1e5)],
    ['field "training.warmupEpochs": must be at most 10000', (p) => (p.training.warmupEpochs = 1e9)],
    ['field "training.cooldownEpochs": must be at most 10000', (p) => (p.training.cooldownEpochs = 10001)],
    ['field "training.epochs": must be a whole number', (p) => (p.training.epochs = 1.5)],
    ['field "training.epochs": must be a number', (p) => (p.training.epochs = '3')],
    ['field "training.learningRate": must be above 0', (p) => (p.training.learningRate = 0)],
    ['field "training.momentum": must be below 1', (p) => (p.training.momentum = 1)],
    ['field "training.optimiser": must be "sgd" or "adamw"', (p) => (p.training.optimiser = 'adam')],
    ['field "dataset.folder": is missing', (p) => delete p.dataset.folder],
    ['field "dataset.folder": must not be empty', (p) => (p.dataset.folder = '')],
    ['field "models": needs at least one entry', (p) => (p.models = [])],
    ['field "models": must be a list', (p) => (p.models = 'resnet18')],
    ['field "traning": is not a field that Magnilab knows', (p) => (p.traning = {})],
    ['field "models": a model is listed twice', (p) => (p.models = ['resnet18', 'resnet18'])],
  ])('is told in plain words: %s', (text, change) => {
    expect(refusal(change).message).toContain(text);
  });

  it('is told without the name of the call', () => {
    const create = () => parseOrThrow(api['projects.create'].input, { name: 'a/b' }, 'call projects.create');
    expect(create).toThrow(/^Field "name": use 1 to 80 letters/);
  });

  it('names fields that contradict each other, when it is to start', () => {
    const changed = (training: Partial<typeof plan.training>) => ({ ...plan, training: { ...plan.training, ...training } });
    const fields = (training: Partial<typeof plan.training>) => startProblems(changed(training)).map((p) => p.field);
    expect(fields({})).toEqual([]);
    expect(fields({ epochs: 3, warmupEpochs: 3 })).toEqual(['training.warmupEpochs']);
    expect(fields({ warmupLearningRate: 1 })).toEqual(['training.warmupLearningRate']);
    expect(fields({ warmupLearningRate: 1, warmupEpochs: 0 })).toEqual([]);
    expect(fields({ minLearningRate: 0.02 })).toEqual(['training.minLearningRate']);
    expect(planSchema.safeParse(changed({ epochs: 3, warmupEpochs: 3 })).success).toBe(true); // older plans must open
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
