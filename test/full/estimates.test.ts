import { beforeAll, describe, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { expectEstimate } from '../helpers/estimate.ts';

beforeAll(async () => {
  await installRuntime();
}, 300_000);

describe.each([
  ['resnet18', 16],
  ['resnet50', 8],
  ['mobilenetv3_small_100', 32],
  ['vit_tiny_patch16_224', 16],
  ['swin_tiny_patch4_window7_224', 8],
  ['fnet2d_128_5_p4', 8],
  ['convmixer_1024_20_ks9_p14', 4],
  ['mixer_s16_224', 16],
  ['wavemix_224_10', 8],
])('the memory of %s with batches of %i', { timeout: 300_000 }, (id, batchSize) => {
  it('is estimated within 20 % of the measured peak', () => expectEstimate(id, batchSize));
});
