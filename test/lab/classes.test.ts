/** Studies that tell apart other classes than benign and malignant, from the index to the report. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { api } from '../../shared/contract/api.ts';
import type { PlanInput } from '../../shared/contract/plan.ts';
import { SUBTYPES } from '../../shared/domain/breakhis.ts';
import { matricesOf } from '../../shared/analysis/matrix.ts';
import { tableOf } from '../../shared/analysis/table.ts';
import { write } from '../helpers/images.ts';
import { labWith, quickPlan, taskEnd, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const training = { epochs: 2, batchSize: 8, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01, selection: 'last' } as const;
let tissue: string;

beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
});

describe('a study', { timeout: 300_000 }, () => {
  it('of the eight subtypes has a matrix, an 8 x 8 confusion matrix and numbers of every class', async () => {
    const { lab, project } = await labWith(tissue);
    const summary = (await lab.services['dataset.summary']({}))!;
    expect(summary.tasks.map(({ id, classes }) => [id, classes.length])).toEqual([
      ['malignancy', 2],
      ['subtype', 8],
    ]);
    const plan = quickPlan(tissue, {
      name: 'Subtypes',
      task: 'subtype',
      models: ['convmixer_test'],
      trainSets: [40, { allBut: 40 }, 'pooled'],
      training,
    });
    const check = await lab.services['plans.check']({ plan });
    expect(check).toMatchObject({ trials: 3, problems: [] });
    await lab.services['studies.start']({ plan });
    await lab.queue.whenIdle();

    const cells = (await lab.services['results.study']({ study: 'Subtypes' })).cells;
    api['results.study'].output.parse(await lab.services['results.study']({ study: 'Subtypes' }));
    const classes = SUBTYPES.map(({ folder }) => folder);
    expect(cells).toHaveLength(12);
    for (const { images, confusion, metrics, perClass, ...cell } of cells) {
      expect(cell.classes).toEqual(classes);
      expect(confusion.map((row) => row.length)).toEqual(classes.map(() => 8));
      expect(confusion.flat().reduce((a, b) => a + b)).toBe(images);
      expect([metrics.sensitivity, metrics.specificity, metrics.f1]).toEqual([null, null, null]);
      const present = perClass.map((own) => own.recall).filter((recall) => recall !== null);
      expect(metrics.balancedAccuracy).toBeCloseTo(present.reduce((a, b) => a + b) / present.length, 12);
    }
    const [matrix] = matricesOf(tableOf(cells), 'macroF1');
    expect(matrix.trainSets).toEqual([40, { allBut: 40 }, 'pooled']);
    expect(matrix.squares.flat().every((square) => square.value !== null)).toBe(true);

    const [{ trial, view, confusion }] = cells;
    const truth = confusion.findIndex((row) => row.some((count) => count > 0));
    const answer = confusion[truth].findIndex((count) => count > 0);
    const asked = { trial, view, truth: classes[truth], predicted: classes[answer] };
    const images = await lab.services['results.images'](asked);
    expect(images).toHaveLength(confusion[truth][answer]);
    expect(images.every(({ path }) => path.includes(classes[truth]))).toBe(true); // BreakHis has a folder per subtype

    const { folder, files } = await lab.services['reports.export']({ study: 'Subtypes', folder: join(project, 'report') });
    const report = await readFile(join(folder, 'report.html'), 'utf8');
    for (const text of ['Ductal carcinoma', 'trained on all but 40x', 'Each class against the rest'])
      expect(report).toContain(text);
    expect(files).toContain('data/results_long.csv');
    const rows = (await readFile(join(folder, 'data/results_long.csv'), 'utf8')).trim().split('\n');
    expect(rows.filter((row) => row.includes(',confusion,')).length).toBe(12 * 64);
  });

  it('of a table with four invented classes, one of them positive', async () => {
    const { lab: first } = await labWith(tissue);
    const { images } = await first.services['dataset.images']({ filter: {}, offset: 0, limit: 1000 });
    const grades = ['Grade 1', 'Grade 2', 'Grade 3', 'Normal'];
    const cases = [...new Set(images.map((image) => image.case))];
    const gradeOf = (name: string) => grades[cases.indexOf(name) % grades.length];
    const rows = images.map(
      ({ path, case: name, magnification }) => `"${join(tissue, path)}",${gradeOf(name)},${magnification},${name}`,
    );
    const csv = write(await temporaryFolder(), 'grades.csv', `path,label,magnification,patient\n${rows.join('\n')}\n`);

    const { lab } = await labWith(tissue);
    await taskEnd(lab, (await lab.services['dataset.index']({ folder: tissue, csv, verify: false })).task);
    expect((await lab.services['dataset.summary']({}))!.tasks).toEqual([{ id: 'label', classes: grades, positive: null }]);
    const preset = await lab.services['plans.preset']({ preset: 'quick', name: 'Grades' });
    expect(preset).toMatchObject({ task: 'label', dataset: { csv } });
    const change: Partial<PlanInput> = {
      task: 'label',
      models: ['resnet_test'],
      name: 'Grades',
      dataset: { folder: tissue, csv },
      training,
    };
    const wrong = await lab.services['plans.check']({ plan: quickPlan(tissue, { ...change, positive: 'Grade 4' }) });
    expect(wrong.problems).toMatchObject([
      { field: 'positive', message: expect.stringContaining('Grade 1, Grade 2, Grade 3, Normal') },
    ]);
    const other = await lab.services['plans.check']({ plan: quickPlan(tissue, { ...change, task: 'malignancy' }) });
    expect(other.problems).toMatchObject([{ field: 'task', message: expect.stringContaining('"label"') }]);

    await lab.services['studies.start']({ plan: quickPlan(tissue, { ...change, positive: 'Grade 3' }) });
    await lab.queue.whenIdle();
    const cells = (await lab.services['results.study']({ study: 'Grades' })).cells;
    expect(cells).toHaveLength(4);
    for (const { classes, confusion, metrics } of cells) {
      expect(classes).toEqual(grades);
      expect(confusion).toHaveLength(4);
      const positive = confusion[2].reduce((a, b) => a + b);
      expect(metrics.sensitivity).toBe(positive === 0 ? null : confusion[2][2] / positive);
    }
  });
});
