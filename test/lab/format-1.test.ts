/** A project as an earlier version left it: a study of format 1 with a finished trial and one that was interrupted after four epochs. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyProject } from '../../main/lab/verify.ts';
import { readHistory, trialFiles } from '../../main/project/trial-folder.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { planSchema } from '../../shared/contract/plan.ts';
import { opened } from '../helpers/finished.ts';
import { previewOf, taskEnd, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/format-1/before', import.meta.url));
const [FINISHED, INTERRUPTED] = ['Before_convmixer_test_40x_s0', 'Before_convmixer_test_100x_s0'];
let tissue: string;

beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
});

/** A copy of the project, open; its images are found where they lie here. */
async function before() {
  const project = join(await temporaryFolder(), 'Before.magnilab');
  await cp(FIXTURE, project, { recursive: true });
  const lab = await opened(project);
  await taskEnd(lab, (await lab.services['dataset.index']({ folder: tissue, verify: false })).task);
  await lab.services['dataset.locate']({ folder: tissue });
  return { lab, project, files: (trial: string) => trialFiles(join(project, 'runs', trial)) };
}

describe('a project of format 1', { timeout: 300_000 }, () => {
  it('has its plan and its results in the words of format 2', async () => {
    const { lab, files } = await before();
    const plan = await lab.services['plans.open']({ name: 'Before' });
    expect(plan).toMatchObject({ format: 2, task: 'malignancy', trainSets: [40, 100], views: ['native'], split: { folds: [] } });
    expect(planSchema.parse(plan)).toEqual(plan);
    const [study] = await lab.services['studies.list']({});
    expect(study.trials.map(({ trainSet, fold, state, epoch }) => [trainSet, fold, state, epoch])).toEqual([
      [40, null, 'finished', 12],
      [100, null, 'interrupted', 4],
    ]);
    const cells = (await lab.services['results.study']({ study: 'Before' })).cells;
    const rows = (await readFile(files(FINISHED).predictions, 'utf8')).trim().split('\n').slice(1);
    for (const { view, confusion, classes, images } of cells) {
      const own = rows.map((row) => row.split(',')).filter(([, magnification]) => Number(magnification) === view.magnification);
      expect(images).toBe(own.length);
      const count = (truth: string, answer: string) => own.filter(([, , , , t, p]) => t === truth && p === answer).length;
      expect(confusion).toEqual(classes.map((truth) => classes.map((answer) => count(truth, answer))));
    }
    expect(cells.map(({ trial, view }) => [trial, view.magnification])).toEqual([40, 100, 200, 400].map((m) => [FINISHED, m]));
    expect(await previewOf(lab, 'Before')).toContain('trained on 40x, seed 0');
    expect((await verifyProject(lab.session)).faults).toEqual([]);
  });

  it('goes on where a trial was interrupted, and changes nothing that was finished', async () => {
    const { lab, project, files } = await before();
    const kept = await Promise.all(Object.values(files(FINISHED)).map((path) => readFile(path, 'base64').catch(() => null)));
    const epochs = await readHistory(join(project, 'runs', INTERRUPTED));
    await lab.services['studies.resume']({ study: 'Before' });
    await lab.queue.whenIdle();
    const [study] = await lab.services['studies.list']({});
    expect(study).toMatchObject({ state: 'finished' });
    const history = await readHistory(join(project, 'runs', INTERRUPTED));
    expect(history.slice(0, 4)).toEqual(epochs);
    expect(history).toHaveLength(12);
    expect(await readFile(files(INTERRUPTED).predictions, 'utf8')).toMatch(/^image,magnification,view,.*logit_benign,logit_malignant,p_benign,p_malignant\n/); // prettier-ignore
    expect(JSON.parse(await readFile(files(INTERRUPTED).config, 'utf8'))).toMatchObject({ format: 1 });
    expect(await Promise.all(Object.values(files(FINISHED)).map((path) => readFile(path, 'base64').catch(() => null)))).toEqual(
      kept,
    );
    expect(((await lab.services['results.study']({ study: 'Before' })).cells).map((cell) => cell.trainSet)).toEqual([40, 40, 40, 40, 100, 100, 100, 100]); // prettier-ignore
    expect((await verifyProject(lab.session)).faults).toEqual([]);
  });
});
