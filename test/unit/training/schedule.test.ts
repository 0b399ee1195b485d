import { expect, it } from 'vitest';
import { trainingSchema } from '../../../shared/contract/plan.ts';
import { learningRateAt, totalEpochs } from '../../../main/training/schedule.ts';
import { reference } from '../../helpers/fixture.ts';

it('follows timm epoch by epoch, cool-down included', () => {
  const settings = trainingSchema.parse({});
  const timm = reference<number[]>('schedule');
  expect(timm).toHaveLength(totalEpochs(settings));
  timm.forEach((rate, epoch) => expect(learningRateAt(epoch, settings), `epoch ${epoch}`).toBeCloseTo(rate, 12));
});
