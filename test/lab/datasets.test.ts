import { threadId } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Lab } from '../../main/lab/lab.ts';
import { createLab } from '../../main/lab/lab.ts';
import { planSchema } from '../../shared/contract/plan.ts';
import { picture, temporaryFolder as folderFor, write } from '../helpers/images.ts';
import { labWith, quickPlan, taskEnd } from '../helpers/lab.ts';

const HEADER = 'path,label,magnification,patient\n';

/** Twelve images of six patients at 10x and 20x, with a table. */
async function tabled(): Promise<{ folder: string; csv: string }> {
  const folder = folderFor();
  const rows: string[] = [];
  for (let i = 0; i < 12; i++) {
    write(folder, `img/${i}.png`, await picture(i));
    rows.push(`img/${i}.png,${i % 2},${i < 6 ? 10 : 20},p${i % 6}`);
  }
  return { folder, csv: write(folder, 'table.csv', HEADER + rows.join('\n')) };
}

async function index(lab: Lab, input: { folder: string; csv?: string | null }): Promise<void> {
  const { task } = await lab.services['dataset.index']({ ...input, verify: false });
  await taskEnd(lab, task);
}

describe('a data set with a table', () => {
  it('remembers the table, also in a project that is opened again, and forgets it when told to', async () => {
    const { folder, csv } = await tabled();
    const { lab, project } = await labWith(folder);
    expect((await lab.services['dataset.summary']({}))?.images).toBe(0);
    await index(lab, { folder, csv });
    await index(lab, { folder });
    expect(await lab.services['dataset.summary']({})).toMatchObject({ images: 12, csv, synthetic: false });
    await lab.close();
    const again = createLab({ door: 'browser' });
    await again.services['projects.open']({ folder: project });
    await index(again, { folder });
    expect(await again.services['dataset.summary']({})).toMatchObject({ images: 12, csv });
    await index(again, { folder, csv: null });
    expect(await again.services['dataset.summary']({})).toMatchObject({ images: 0, csv: null });
    await again.close();
  });

  it('is read, split and checked away from the thread that answers', async () => {
    const { folder } = await tabled();
    const { lab } = await labWith(folder);
    await lab.services['dataset.summary']({});
    const plan = quickPlan(folder);
    await lab.services['plans.check']({ plan });
    await lab.services['plans.split']({ split: plan.split }).catch(() => {}); // there are no images without the table
    for (const name of ['index.make', 'index.store', 'images.summary', 'images.check', 'images.split'] as const)
      expect(lab.compute.tally.get(name)?.thread, name).toBeGreaterThan(threadId);
    expect(threadId).toBe(0);
  });

  it('gives presets its table and magnifications', async () => {
    const { folder, csv } = await tabled();
    const { lab } = await labWith(folder);
    await index(lab, { folder, csv });
    for (const preset of ['rigorous', 'paper', 'quick'] as const) {
      const plan = await lab.services['plans.preset']({ preset, name: 'P' });
      expect(plan.dataset).toEqual({ folder, csv });
      expect([plan.trainSets, plan.testMagnifications]).toEqual([
        [10, 20],
        [10, 20],
      ]);
    }
  });

  it('refuses a split list in which rows or images have no partner, unless the plan leaves them out', async () => {
    const { folder, csv } = await tabled();
    const { lab } = await labWith(folder);
    await index(lab, { folder, csv });
    const names = Array.from({ length: 12 }, (_, i) => `IMG/${i}.PNG,${i % 6 === 0 || i % 6 === 1 ? 'test' : 'train'}`);
    const listed = async (rows: string[], unlisted?: 'leave out') => {
      const file = write(folder, `list${rows.length}.csv`, `name,part\n${rows.join('\n')}\n`);
      const plan = planSchema.parse({
        format: 2,
        name: 'P',
        dataset: { folder, csv },
        models: ['convmixer_test'],
        protocol: 'quick',
        trainSets: [10, 20],
        testMagnifications: [10],
        split: { by: 'list', file, ...(unlisted && { unlisted }) },
      });
      return lab.services['plans.check']({ plan });
    };
    expect((await listed(names)).problems).toEqual([]);
    const partly = [...names.slice(0, 8), 'img/99.png,train'];
    const { problems } = await listed(partly);
    expect(problems[0]).toMatchObject({ field: 'split.file' });
    expect(problems[0].message).toContain('1 of 9 rows name no image of the data set (line 10: img/99.png)');
    expect(problems[0].message).toContain('4 of 12 images stand in no row (img/10.png, img/11.png, img/8.png, img/9.png)');
    const left = (await listed(partly, 'leave out')).problems;
    expect(left).toMatchObject([{ field: 'trainSets.1' }]); // what the list leaves is checked like any split
  });
});
