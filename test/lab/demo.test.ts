import { beforeAll, expect, it } from 'vitest';
import { DEMO_TISSUE, demoPlan } from '../../main/lab/demo.ts';
import { generateDemoTissue } from '../../main/dataset/demo-tissue.ts';
import { cacheFolder } from '../../main/platform/paths.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { rowsOf, tableOf } from '../../shared/analysis/table.ts';
import { labWith } from '../helpers/lab.ts';

beforeAll(() => installRuntime(), 300_000);

it('one trial of the demo learns its own magnification and loses far from it', { timeout: 600_000 }, async () => {
  const { folder } = await generateDemoTissue(cacheFolder('demo-tissue'), DEMO_TISSUE);
  const { lab } = await labWith(folder);
  await lab.services['studies.start']({
    plan: { ...demoPlan(folder), models: ['convmixer_test'], trainSets: [100], seeds: [0] },
  });
  await lab.queue.whenIdle();
  const { cells } = await lab.services['results.study']({ study: 'Demo' });
  const balanced = new Map(rowsOf(tableOf(cells), 'balancedAccuracy').map(({ view, value }) => [view.magnification, value!]));
  expect(balanced.get(100)).toBeGreaterThanOrEqual(0.85);
  expect(balanced.get(400)).toBeLessThan(balanced.get(100)! - 0.2);
});
