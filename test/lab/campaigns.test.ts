import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { campaigns } from '../faults/campaigns.ts';

beforeAll(async () => {
  await installRuntime();
});

/** A few of each campaign; `npm run test:faults` has them all. */
describe('against', () => {
  it.each(campaigns.map((campaign) => [campaign.name, campaign] as const))('%s', { timeout: 900_000 }, async (_, campaign) => {
    const { findings, count, skipped } = await campaign.run(campaign.short);
    if (skipped) return console.log(`skipped: ${skipped}`);
    expect(findings).toEqual([]);
    expect(count).toBeGreaterThan(0);
  });
});
