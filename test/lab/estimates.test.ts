import { beforeAll, expect, it } from 'vitest';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { imageCost } from '../../shared/domain/catalogue.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { expectEstimate } from '../helpers/estimate.ts';

beforeAll(async () => {
  await installRuntime();
}, 300_000);

it.each([
  ['resnet18', 8],
  ['mobilenetv3_small_100', 16],
  ['vit_tiny_patch16_224', 8],
  ['wavemix_224_10', 2],
])('the memory of %s with batches of %i is estimated within a fifth of the measured peak', (id, batchSize) =>
  expectEstimate(id, batchSize),
);

it.each([
  // published multiply-accumulate operations at 224 x 224: the papers' and timm's benchmark tables
  ['resnet18', 1.82e9],
  ['resnet34', 3.67e9],
  ['resnet50', 4.11e9],
  ['mobilenetv3_small_100', 0.057e9],
  ['vit_tiny_patch16_224', 1.26e9],
  ['vit_base_patch16_224', 17.6e9],
  ['swin_tiny_patch4_window7_224', 4.5e9],
  ['swin_base_patch4_window7_224', 15.5e9],
  ['mixer_s16_224', 3.79e9],
  ['mixer_b16_224', 12.6e9],
  ['convmixer_1024_20_ks9_p14', 5.55e9],
])('%s takes the published number of operations', (id, macs) => {
  expect(Math.abs(imageCost(findVariant(id)!, [224, 224]).macs / macs - 1), id).toBeLessThan(0.1);
});
