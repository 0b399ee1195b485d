import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { VARIANTS } from '../../shared/domain/catalogue.ts';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import { labWith, quickPlan, testTissue } from '../helpers/lab.ts';

const SMALL = VARIANTS.filter((v) => v.small);
let tissue: string;

beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
}, 300_000);

it('one study compares all eight families, from the plan to the report', { timeout: 600_000 }, async () => {
  const { lab, project } = await labWith(tissue);
  const training = { epochs: 1, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.001 };
  const plan = quickPlan(tissue, { models: SMALL.map(({ id }) => id), training });
  const check = await lab.services['plans.check']({ plan });
  expect(check).toMatchObject({ trials: FAMILIES.length, problems: [] });
  for (const { id, memoryBytes, secondsPerEpoch } of check.models) {
    expect(memoryBytes, id).toBeGreaterThan(0);
    expect(secondsPerEpoch, id).toBeGreaterThan(0);
  }
  await lab.services['studies.start']({ plan });
  await lab.queue.whenIdle();

  const [study] = await lab.services['studies.list']({});
  expect(study.trials.map(({ model, state, error }) => [model, state, error])).toEqual(
    SMALL.map(({ id }) => [id, 'finished', null]),
  );
  const cells = (await lab.services['results.study']({ study: plan.name })).cells;
  expect(cells.map(({ model, view }) => [model, view.magnification])).toEqual(
    SMALL.flatMap(({ id }) => [40, 100, 200, 400].map((magnification) => [id, magnification])),
  );
  const { folder } = await lab.services['reports.export']({ study: plan.name, folder: join(project, 'report') });
  const report = await readFile(join(folder, 'report.html'), 'utf8');
  for (const { name } of SMALL) expect(report).toContain(name);
  for (const { url, citation } of FAMILIES) expect(report.includes(url) || report.includes(citation), citation).toBe(true);
});
