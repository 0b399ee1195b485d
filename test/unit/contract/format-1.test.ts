import { describe, expect, it } from 'vitest';
import { storedPlanSchema, upgradePlan } from '../../../shared/contract/format-1.ts';
import { planSchema } from '../../../shared/contract/plan.ts';

describe('a plan of format 1', () => {
  const old = { format: 1, name: 'P', dataset: { folder: '/data' }, models: ['resnet18'] };

  it('is one of format 2, defaults included', () => {
    const made = storedPlanSchema.parse({ ...old, models: ['resnet18', 'wavemix_224_10'] });
    const now = { format: 2, name: 'P', dataset: { folder: '/data' }, models: ['resnet18', 'wavemix_224_10'] };
    expect(made).toEqual(planSchema.parse(now));
  });

  it('keeps what it trained on and its fold', () => {
    const plan = storedPlanSchema.parse({ ...old, trainMagnifications: [100, 40], split: { by: 'fold', fold: 3 } });
    expect(plan).toMatchObject({ trainSets: [100, 40], split: { by: 'fold', folds: [3] } });
  });

  it.each([null, 'text', [1], { format: 2, name: 'P' }])('is told from %j, which stays as it is', (content) => {
    expect(upgradePlan(content)).toBe(content);
  });

  it('with a fault is refused by the name of the field in format 2', () => {
    const wrong = storedPlanSchema.safeParse({ ...old, trainMagnifications: ['40'] });
    expect(wrong.error!.issues[0].path).toEqual(['trainSets', 0]);
  });
});
