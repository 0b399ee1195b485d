import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { createLab, type Lab } from '../../main/lab/lab.ts';
import { api, type CallName, type CallOutput } from '../../shared/contract/api.ts';
import { type LabError, toEnvelope } from '../../shared/contract/errors.ts';
import { labWith, nextEvent, quickPlan, runFolder, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const TRIAL = 'Quick_wavemix_32_4_40x_s0';
let tissue: string;

beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
}, 300_000);

const stateOf = async (lab: Lab) => (await lab.services['studies.list']({}))[0].trials[0];
/** The second epoch has begun: its first step is done. */
/** The first epoch is being written, or has been. */
const secondEpoch = (lab: Lab) =>
  nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'step' && e.message.epoch === 1 ? true : undefined));
const firstEpochWritten = (lab: Lab) =>
  nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'epoch' ? true : undefined));

/** An answer must be what the contract says. */
async function checked<N extends CallName>(lab: Lab, name: N, input: unknown): Promise<CallOutput<N>> {
  const service = lab.services[name] as (input: unknown) => Promise<unknown>;
  return api[name].output.parse(await service(api[name].input.parse(input))) as CallOutput<N>;
}

describe('a study', () => {
  it('runs from plan to results and report, and every answer fits the contract', async () => {
    const { lab, project } = await labWith(tissue);
    const plan = quickPlan(tissue);
    const check = await lab.services['plans.check']({ plan });
    expect(check).toMatchObject({ trials: 1, problems: [] });
    await checked(lab, 'plans.split', { split: plan.split });
    await checked(lab, 'studies.start', { plan });
    await lab.queue.whenIdle();

    const [study] = await lab.services['studies.list']({});
    expect(study).toMatchObject({ state: 'finished', trials: [{ id: TRIAL, state: 'finished', epoch: 3, epochs: 3 }] });
    const cells = (await lab.services['results.study']({ study: 'Quick' })).cells;
    api['results.study'].output.parse(await lab.services['results.study']({ study: 'Quick' }));
    expect(await checked(lab, 'results.cells', { study: 'Quick' })).toEqual(cells);

    const log = await checked(lab, 'trials.log', { trial: TRIAL });
    expect(log).toMatchObject({ path: join(runFolder(project, TRIAL), 'log.txt'), from: 0, to: log.size });
    expect(log.text.match(/"type":"epoch"/g)).toHaveLength(3);
    expect(await checked(lab, 'trials.log', { trial: TRIAL, after: log.to })).toMatchObject({ text: '' });
    expect(() => api['trials.log'].input.parse({ trial: TRIAL, after: 0, before: 0 })).toThrow('not both');
    await expect(checked(lab, 'trials.log', { trial: 'Of_no_study' })).rejects.toMatchObject({ code: 'not-found' });
    expect(cells.map((c) => c.view.magnification)).toEqual([40, 100, 200, 400]);

    // the images behind a confusion matrix are as many as it counts
    const [[tn, fp], [fn, tp]] = cells[0].confusion;
    const count = async (truth: string, predicted: string) =>
      lab.services['results.images']({
        trial: TRIAL,
        view: { magnification: 40, scale: 'native' },
        truth,
        predicted,
      });
    expect((await count('benign', 'benign')).length).toBe(tn);
    expect((await count('benign', 'malignant')).length).toBe(fp);
    expect((await count('malignant', 'benign')).length).toBe(fn);
    const right = await count('malignant', 'malignant');
    expect(right.length).toBe(tp);
    expect(right.map((i) => i.probability)).toEqual(right.map((i) => i.probability).sort((a, b) => b - a));

    // the same case at every magnification
    const seen = await checked(lab, 'results.case', { trial: TRIAL, case: right[0].case });
    expect([...new Set(seen.images.map((i) => i.view.magnification))]).toEqual([40, 100, 200, 400]);
    expect(seen.images.every((i) => i.case === right[0].case && i.truth === 'malignant')).toBe(true);
    expect(seen.images.find((i) => i.path === right[0].path)).toEqual(right[0]);
    expect(seen.cases).toEqual([...new Set(seen.cases)].toSorted());
    await expect(checked(lab, 'results.case', { trial: TRIAL, case: 'nobody' })).rejects.toMatchObject({ code: 'not-found' });

    // where the network looked agrees with what it said
    const [image] = [...(await count('benign', 'benign')), ...(await count('benign', 'malignant'))];
    const look = { trial: TRIAL, image: image.path };
    const saliency = await checked(lab, 'results.saliency', { ...look, method: 'integrated-gradients' });
    expect(saliency).toMatchObject({ method: 'integrated-gradients', class: image.predicted });
    expect(saliency.probability).toBeCloseTo(image.probability, 4);
    expect(await lab.picture(saliency.layer)).toMatchObject({ status: 200, type: 'image/png' });
    expect(await checked(lab, 'results.saliency', { ...look, method: 'grad-cam' })).toMatchObject({ residual: null });
    const unknown = checked(lab, 'results.saliency', { ...look, image: '../secret.png', method: 'grad-cam' });
    await expect(unknown).rejects.toMatchObject({ code: 'not-found', details: { field: 'image' } });
    const controller = new AbortController();
    const cancelled = lab.services['results.saliency']({ ...look, method: 'integrated-gradients' }, controller);
    controller.abort();
    expect(toEnvelope(await cancelled.catch((error: unknown) => error))).toMatchObject({ code: 'cancelled' });
    expect(lab.predictor.starts).toBe(1); // whatever was asked of one trial
    await expect(checked(lab, 'tasks.cancel', { task: randomUUID() })).rejects.toMatchObject({ code: 'not-found' });

    // no case of the test was trained on, at any magnification
    const config = JSON.parse(await readFile(join(runFolder(project, TRIAL), 'config.json'), 'utf8'));
    const trained = new Set([...config.train, ...config.validation].map((i: { case: string }) => i.case));
    expect(config.test.some((i: { case: string }) => trained.has(i.case))).toBe(false);

    // the report's page prints the numbers of its table
    const { folder, files } = await lab.services['reports.export']({ study: 'Quick' });
    for (const file of files) expect(existsSync(join(folder, file)), file).toBe(true);
    const page = await readFile(join(folder, 'report.html'), 'utf8');
    const table = await readFile(join(folder, 'data/results_long.csv'), 'utf8');
    for (const cell of cells) {
      expect(page).toContain((100 * cell.metrics.accuracy!).toFixed(1));
      expect(table).toContain(`,${cell.view.magnification},native,,0,${TRIAL},accuracy,,,image,${cell.metrics.accuracy},`);
    }
    expect(page).not.toMatch(/<script[^>]+src|src="http|href="http|url\(/);
    expect(page).toContain('synthetic demo tissue');

    // a second export replaces the first, but never what somebody put beside it
    await lab.services['reports.export']({ study: 'Quick', folder });
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await expect(lab.services['reports.export']({ study: 'Quick', folder })).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');

    for (const [name, input] of [
      ['lab.info', {}],
      ['runtime.doctor', {}],
      ['models.list', {}],
      ['tasks.list', {}],
      ['files.list', { path: project }],
      ['projects.recent', {}],
      ['dataset.summary', {}],
      ['dataset.images', { offset: 0, limit: 5 }],
      ['plans.list', {}],
      ['plans.open', { name: 'Quick' }],
      ['trials.history', { trial: TRIAL }],
      ['studies.order', { studies: ['Quick'] }],
      ['reports.preview', { study: 'Quick' }],
    ] as const)
      await checked(lab, name, input);
  });

  it.each([
    ['while an epoch is being written', secondEpoch, 0],
    ['once an epoch has been written', firstEpochWritten, 1],
  ])('killed %s goes on after its last written epoch and ends as if nothing had been', async (_when, moment, least) => {
    const whole = await labWith(tissue);
    await whole.lab.services['studies.start']({ plan: quickPlan(tissue) });
    await whole.lab.queue.whenIdle();

    const { lab, project } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await moment(lab);
    const { pid } = JSON.parse(await readFile(join(runFolder(project, TRIAL), 'state.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await lab.queue.whenIdle();
    const killed = await stateOf(lab);
    expect(killed).toMatchObject({ state: 'interrupted', error: { message: expect.stringMatching(/killed/) } });
    expect(killed.epoch).toBeGreaterThanOrEqual(least);

    const epochs: number[] = [];
    lab.on((e) => e.type === 'trial' && e.message.type === 'epoch' && epochs.push(e.message.row.epoch));
    await lab.services['studies.resume']({ study: 'Quick' });
    await lab.queue.whenIdle();
    expect(epochs).toEqual([0, 1, 2].slice(killed.epoch)); // nothing that had been written again
    const rows = await lab.services['trials.history']({ trial: TRIAL });
    const expected = await whole.lab.services['trials.history']({ trial: TRIAL });
    expect(rows.map((r) => [r.epoch, r.trainLoss, r.validationLoss])).toEqual(
      expected.map((r) => [r.epoch, r.trainLoss, r.validationLoss]),
    );
    const predictions = (folder: string) => readFile(join(runFolder(folder, TRIAL), 'predictions.csv'), 'utf8');
    expect(await predictions(project)).toBe(await predictions(whole.project));
  });

  it('pauses within two seconds, and loses at most the current epoch', async () => {
    const { lab } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await firstEpochWritten(lab);
    const before = performance.now();
    const paused = await lab.services['studies.pause']({ study: 'Quick' });
    expect(performance.now() - before).toBeLessThan(10_000); // two seconds, and the scheduling of a slow and busy machine
    expect(paused).toMatchObject({ state: 'paused', trials: [{ state: 'interrupted' }] });
    expect(paused.trials[0].epoch).toBeGreaterThanOrEqual(1);
  });

  it('goes on when Resume follows Pause at once, and stays cancelled when Pause follows Cancel at once', async () => {
    const { lab } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await secondEpoch(lab);
    const pausing = lab.services['studies.pause']({ study: 'Quick' });
    const resuming = lab.services['studies.resume']({ study: 'Quick' });
    await Promise.all([pausing, resuming]);
    await lab.queue.whenIdle();
    expect((await stateOf(lab)).state).toBe('finished');

    await lab.services['studies.start']({ plan: quickPlan(tissue, { name: 'Second' }) });
    await secondEpoch(lab);
    await Promise.all([
      lab.services['trials.cancel']({ trial: TRIAL.replace('Quick', 'Second') }),
      lab.services['studies.pause']({ study: 'Second' }),
    ]);
    const [, second] = await lab.services['studies.list']({});
    expect(second.trials[0].state).toBe('cancelled');
  });

  it('says that its folder has gone when it cannot start, and keeps the lab alive', async () => {
    const { lab, project } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await secondEpoch(lab);
    await lab.services['studies.pause']({ study: 'Quick' });
    await rm(runFolder(project, TRIAL), { recursive: true });
    const told = nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'failed' ? e.message.error : undefined));
    await lab.services['studies.resume']({ study: 'Quick' });
    expect((await told).message).toMatch(/config\.json|ENOENT/);
    await lab.queue.whenIdle();
    expect(await lab.services['lab.info']({})).toMatchObject({ door: 'browser' });
  });

  it('does not take over the results of an earlier run of the same name', async () => {
    const { lab, project } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await secondEpoch(lab);
    await lab.services['studies.pause']({ study: 'Quick' });
    await rm(join(project, 'studies', 'Quick.json'));
    await expect(lab.services['studies.start']({ plan: quickPlan(tissue) })).rejects.toMatchObject({
      code: 'already-exists',
      message: expect.stringContaining('earlier run'),
    });
  });

  it('cancelled stays cancelled until it is retried', async () => {
    const { lab } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await secondEpoch(lab);
    expect((await lab.services['trials.cancel']({ trial: TRIAL })).trials[0].state).toBe('cancelled');
    await lab.services['studies.resume']({ study: 'Quick' });
    await lab.queue.whenIdle();
    expect((await stateOf(lab)).state).toBe('cancelled');
    await lab.services['trials.retry']({ trial: TRIAL });
    await lab.queue.whenIdle();
    expect((await stateOf(lab)).state).toBe('finished');
  });

  it('fails with the file named when an image changed, and keeps the lab alive', async () => {
    const copy = join(await temporaryFolder(), 'tissue');
    await cp(tissue, copy, { recursive: true });
    const { lab, project } = await labWith(copy);
    const { images } = await lab.services['dataset.images']({ filter: { magnification: 40 }, offset: 0, limit: 100 });
    for (const { path } of images) await writeFile(join(copy, path), 'broken');
    await lab.services['studies.start']({ plan: quickPlan(copy) });
    await lab.queue.whenIdle();
    expect(await stateOf(lab)).toMatchObject({
      state: 'failed',
      error: { code: 'damaged-file', message: expect.stringMatching(/\.png/) },
    });
    expect(existsSync(join(runFolder(project, TRIAL), 'predictions.csv'))).toBe(false);
  });

  it('refuses a damaged resume point by name, instead of starting anew', async () => {
    const { lab, project } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await secondEpoch(lab);
    await lab.services['studies.pause']({ study: 'Quick' });
    const path = join(runFolder(project, TRIAL), 'checkpoint-last.safetensors');
    await writeFile(path, (await readFile(path)).subarray(0, 5000));
    await lab.services['studies.resume']({ study: 'Quick' });
    await lab.queue.whenIdle();
    expect(await stateOf(lab)).toMatchObject({
      state: 'failed',
      epoch: 1,
      error: { code: 'damaged-file', message: expect.stringMatching(/checkpoint-last/) },
    });
  });
});

describe('a plan that must not run', () => {
  const refused = async (lab: Lab, plan: Parameters<Lab['services']['studies.start']>[0]['plan']) =>
    lab.services['studies.start']({ plan }).then(
      () => null,
      (error: LabError) => error,
    );

  it('because patients stand on both sides is refused, and nothing is written; "paper" may', async () => {
    const { lab, project } = await labWith(tissue);
    const split = { ...quickPlan(tissue).split, by: 'image' as const };
    const error = await refused(lab, quickPlan(tissue, { split }));
    expect(error).toMatchObject({ code: 'leak', details: { field: 'split.by' } });
    for (const folder of ['runs', 'splits', 'studies', 'plans']) expect(await readdir(join(project, folder)), folder).toEqual([]);
    const check = await lab.services['plans.check']({ plan: quickPlan(tissue, { split, protocol: 'paper' }) });
    expect(check.problems).toEqual([]);
    expect(check.warnings[0].message).toMatch(/Patients stand on both sides/);
  });

  it('because a magnification has no images is refused, naming the field', async () => {
    const { lab } = await labWith(tissue);
    const error = await refused(lab, quickPlan(tissue, { trainSets: [40, 50] }));
    expect(error).toMatchObject({ code: 'bad-input', details: { field: 'trainSets.1' } });
  });

  it('because it is for another data set is refused', async () => {
    const { lab } = await labWith(tissue);
    expect(await refused(lab, quickPlan('/elsewhere'))).toMatchObject({
      code: 'bad-input',
      details: { field: 'dataset.folder' },
    });
  });
});

describe('a project', () => {
  it('is open in one lab only', async () => {
    const { lab, project } = await labWith(tissue);
    const second = createLab({ door: 'browser' });
    await expect(second.services['projects.open']({ folder: project })).rejects.toMatchObject({ code: 'project-locked' });
    await lab.close();
    await expect(second.services['projects.open']({ folder: project })).resolves.toMatchObject({ name: 'Test', synthetic: true });
    await second.close();
  });

  it('finds its studies again without its database', async () => {
    const { lab, project } = await labWith(tissue);
    await lab.services['plans.save']({ plan: quickPlan(tissue) });
    await lab.close();
    await rm(join(project, 'lab.sqlite'));
    const again = createLab({ door: 'browser' });
    await again.services['projects.open']({ folder: project });
    expect(await again.services['plans.open']({ name: 'Quick' })).toEqual(quickPlan(tissue));
    expect(await again.services['dataset.summary']({})).toBeNull();
    await again.close();
  });

  it('that is none is refused by name', async () => {
    const lab = createLab({ door: 'browser' });
    await expect(lab.services['projects.open']({ folder: '/nowhere' })).rejects.toMatchObject({
      code: 'not-found',
      message: /nowhere/,
    });
    await expect(lab.services['dataset.index']({ folder: '/x', verify: false })).rejects.toMatchObject({ code: 'no-project' });
  });
});
