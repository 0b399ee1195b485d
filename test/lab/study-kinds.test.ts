import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differs } from '../../shared/analysis/findings.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyProject } from '../../main/lab/verify.ts';
import { decodePredictions } from '../../main/project/predictions.ts';
import { readHistory, readTrialConfig, trialFiles } from '../../main/project/trial-folder.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import type { Prediction } from '../../shared/contract/trial.ts';
import { viewName } from '../../shared/domain/study/view.ts';
import { labWith, quickPlan, runFolder, testTissue } from '../helpers/lab.ts';

let tissue: string;

beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
}, 300_000);

const TRAINING = { epochs: 2, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 };
const plan = (change = {}) => quickPlan(tissue, { models: ['convmixer_test'], training: TRAINING, ...change });

async function predictionsOf(project: string, trial: string): Promise<Prediction[]> {
  const path = trialFiles(runFolder(project, trial)).predictions;
  return decodePredictions(await readFile(path, 'utf8'), path);
}

/** Another program, in another language, comes to the same numbers from the report's predictions. */
function expectRecomputed(report: string): void {
  const script = fileURLToPath(new URL('../reference/recompute.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.env.PYTHON ?? 'python3', ['-B', script, report], { encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/results_long\.csv: \d{3,} numbers[^]*results_cases\.csv: \d{2,} numbers/);
}

describe('one plan', { timeout: 300_000 }, () => {
  it('asks at other scales, with other treatments, beside a baseline, and on a split that leaks', async () => {
    const { lab, project } = await labWith(tissue);
    const own = plan({
      baselines: ['colour_histogram'],
      views: ['native', 'rescaled'],
      scaleCurve: 100,
      scalings: ['crop', 'continuous'],
      imageLevelToo: true,
    });
    const check = await lab.services['plans.check']({ plan: own });
    expect(check.problems).toEqual([]);
    expect(check.trials).toBe(6);
    expect(check.warnings.find(({ field }) => field === 'imageLevelToo')?.message).toMatch(/Patients stand on both sides/);
    await lab.services['studies.start']({ plan: own });
    await lab.queue.whenIdle();

    const [study] = await lab.services['studies.list']({});
    expect(study.trials.map(({ id, state, error }) => [id, state, error])).toEqual(
      ['', '-image-level'].flatMap((leak) => [
        [`Quick_colour_histogram${leak}_40x_s0`, 'finished', null],
        [`Quick_convmixer_test${leak}_40x_s0`, 'finished', null],
        [`Quick_convmixer_test-continuous-scale${leak}_40x_s0`, 'finished', null],
      ]),
    );
    const rows = await predictionsOf(project, 'Quick_convmixer_test_40x_s0');
    const views = Map.groupBy(rows, ({ view }) => viewName(view));
    expect([...views.keys()].sort()).toEqual(
      [
        ...[40, 100, 200, 400].flatMap((m) => [`${m}x`, `${m}x rescaled`]),
        ...['x0.25', 'x0.35', 'x0.5', 'x0.71', 'x1.41', 'x2', 'x2.83', 'x4'].map((scale) => `100x ${scale}`),
      ].sort(),
    );
    const logits = (view: string) => views.get(view)!.map((row) => row.logits);
    expect(logits('40x rescaled')).toEqual(logits('40x')); // the pixel size of training
    expect(logits('100x x4')).not.toEqual(logits('100x'));
    expect(views.get('100x x4')!.map(({ image }) => image)).toEqual(views.get('100x')!.map(({ image }) => image));
    const histories = await Promise.all(
      ['convmixer_test', 'convmixer_test-continuous-scale'].map((name) =>
        readHistory(runFolder(project, `Quick_${name}_40x_s0`)),
      ),
    );
    expect(histories[0].map((row) => row.trainLoss)).not.toEqual(histories[1].map((row) => row.trainLoss));

    expect((await verifyProject(lab.session)).faults).toEqual([]);
    const { files } = await lab.services['reports.export']({ study: 'Quick', folder: join(project, 'report') });
    expect(files).toContain('report.html');
    expect(await readFile(join(project, 'report/report.html'), 'utf8')).toContain(
      'looked at once in this project, by this study',
    );
    expect(JSON.parse(await readFile(join(project, 'test-looks.json'), 'utf8'))).toMatchObject({ looks: [{ name: 'Quick' }] });
    expectRecomputed(join(project, 'report'));
  });

  it('tests every case once with folds by case', async () => {
    const { lab, project } = await labWith(tissue);
    await lab.services['studies.start']({ plan: plan({ split: { caseFolds: 3 } }) });
    await lab.queue.whenIdle();
    const folds = await Promise.all([1, 2, 3].map((fold) => predictionsOf(project, `Quick_convmixer_test_40x_f${fold}_s0`)));
    const casesOf = (rows: Prediction[]) => [...new Set(rows.map((row) => row.case))];
    const tested = folds.flatMap(casesOf);
    expect(new Set(tested).size).toBe(12);
    expect(tested).toHaveLength(12);
    for (const rows of folds) expect(new Set(rows.map(({ truth }) => truth)).size).toBe(2);
    const { config } = await readTrialConfig(runFolder(project, 'Quick_convmixer_test_40x_f2_s0'));
    const learned = new Set([...config.train, ...config.validation].map((image) => image.case));
    expect(casesOf(folds[1]).filter((name) => learned.has(name))).toEqual([]);

    const { pooled, inference } = await lab.services['results.study']({ study: 'Quick' });
    expect(pooled.map(({ view, fold, cases }) => [view.magnification, fold, cases])).toEqual([40, 100, 200, 400].map((m) => [m, null, 12])); // prettier-ignore
    expect(inference.squares.map((square) => square.metrics.accuracy!.value)).toEqual(pooled.map(({ metrics }) => expect.closeTo(metrics.accuracy!, 12))); // prettier-ignore
    await lab.services['reports.export']({ study: 'Quick', folder: join(project, 'report') });
    expectRecomputed(join(project, 'report'));

    const compare = (pair?: [string, string]) => lab.services['results.compare']({ first: 'Quick', second: 'Quick', pair });
    const { settings, sameTest, pairs, only } = await compare();
    expect([settings, sameTest, only]).toEqual([[], true, { first: [], second: [] }]);
    expect(pairs).toMatchObject([{ first: 'convmixer_test', measures: { overall: { value: 0, cases: 12 } } }]);
    expect(pairs[0].squares.filter(differs)).toEqual([]);
    await expect(compare(['convmixer_test', 'resnet18'])).rejects.toThrow(/Quick has no resnet18; it has convmixer_test/);
  });

  it.each(['validation mean', 'validation', 'oracle'] as const)(
    'goes on with one variant of a family alone, chosen by %s',
    async (entries) => {
      const { lab, project } = await labWith(tissue, { jobs: 2 });
      const models = ['wavemix_16_2', 'wavemix_16_3'];
      const own = plan({ models, entries, seeds: [0, 1] });
      expect((await lab.services['plans.check']({ plan: own })).trials).toBe(3);
      await lab.services['studies.start']({ plan: own });
      await lab.queue.whenIdle();
      const [{ state, trials }] = await lab.services['studies.list']({});
      expect(state).toBe('finished');
      const stateOf = (id: string) => trials.find((trial) => trial.id === id)!.state;
      const score = async (model: string) => {
        const folder = runFolder(project, `Quick_${model}_40x_s0`);
        const files = trialFiles(folder);
        if (entries === 'validation') return trials.find(({ id }) => id === `Quick_${model}_40x_s0`)!.testedValidationAccuracy!;
        const path = entries === 'oracle' ? files.predictions : files.validation;
        const rows = decodePredictions(await readFile(path, 'utf8'), path);
        const groups = [...Map.groupBy(rows, ({ view }) => view.magnification).values()];
        expect(groups).toHaveLength(4);
        const shares = groups.map((group) => group.filter((row) => row.truth === row.predicted).length / group.length);
        return shares.reduce((a, b) => a + b, 0) / shares.length;
      };
      const scores = await Promise.all(models.map(score));
      const chosen = models[scores[1] > scores[0] ? 1 : 0];
      for (const model of models) expect(stateOf(`Quick_${model}_40x_s1`)).toBe(model === chosen ? 'finished' : 'skipped');
      expect((await verifyProject(lab.session)).faults).toEqual([]);
    },
  );

  it('ends a trial early where validation does not get better', async () => {
    const { lab, project } = await labWith(tissue);
    const training = { ...TRAINING, epochs: 40, patience: 2, learningRate: 1e-6 };
    await lab.services['studies.start']({ plan: plan({ training }) });
    await lab.queue.whenIdle();
    const rows = await readHistory(runFolder(project, 'Quick_convmixer_test_40x_s0'));
    const best = rows.findLastIndex((row) => row.best);
    expect(rows.length).toBeLessThan(40);
    expect(rows.length - 1 - best).toBe(2);
    const [{ state, trials }] = await lab.services['studies.list']({});
    expect([state, trials[0].epoch]).toEqual(['finished', rows.length]);
    expect((await verifyProject(lab.session)).faults).toEqual([]);
  });
});
