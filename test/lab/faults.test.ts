import { existsSync, writeFileSync } from 'node:fs';
import { appendFile, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { installRuntime } from '../../main/engine/install.ts';
import { createLab, type Lab } from '../../main/lab/lab.ts';
import { verifyProject } from '../../main/lab/verify.ts';
import { processStart } from '../../main/store/process-lives.ts';
import { labWith, nextEvent, quickPlan, runFolder, taskEnd, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const TRIAL = 'Quick_wavemix_32_4_40x_s0';
const OTHER = 'Quick_wavemix_32_4_100x_s0';
const training = { epochs: 2, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 };
let tissue: string;
/** a project with a finished study of two trials, made once; every test damages a copy of its own */
let finished: string;

beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
  const folder = await mkdtemp(join(tmpdir(), 'magnilab-test-'));
  process.env.MAGNILAB_STATE = folder;
  const lab = createLab({ door: 'browser' });
  const { folder: project } = await lab.services['projects.create']({ name: 'Finished', folder });
  await taskEnd(lab, (await lab.services['dataset.index']({ folder: tissue, verify: false })).task);
  await lab.services['studies.start']({ plan: quickPlan(tissue, { trainMagnifications: [40, 100], training }) });
  await lab.queue.whenIdle();
  await lab.close();
  finished = project;
  return () => rm(folder, { recursive: true, force: true });
}, 600_000);

async function opened(project: string): Promise<Lab> {
  process.env.MAGNILAB_STATE = await temporaryFolder();
  const lab = createLab({ door: 'browser' });
  onTestFinished(() => lab.close());
  await lab.services['projects.open']({ folder: project });
  return lab;
}

/** A copy of the finished project. */
async function copied(): Promise<string> {
  const project = join(await temporaryFolder(), 'P.magnilab');
  await cp(finished, project, { recursive: true });
  return project;
}

const edit = async (path: string, change: (text: string) => string) => writeFile(path, change(await readFile(path, 'utf8')));
const lines = (text: string) => text.trimEnd().split('\n');

describe('a file that was changed or damaged', { timeout: 300_000 }, () => {
  it('is not there in a project as it was written', async () => {
    const lab = await opened(await copied());
    expect(await verifyProject(lab.session)).toEqual({ studies: 1, trials: 2, faults: [] });
  });

  it.each<[string, (run: string) => Promise<void>]>([
    ['cut', (run) => edit(join(run, 'predictions.csv'), (t) => `${lines(t).slice(0, -3).join('\n')}\n`)],
    ['doubled', (run) => edit(join(run, 'predictions.csv'), (t) => t + lines(t).slice(1).join('\n'))],
    ['edited', (run) => edit(join(run, 'predictions.csv'), (t) => t.replace('malignant,malignant', 'malignant,benign'))],
    ['another trial\u2019s', (run) => copyFile(join(dirname(run), OTHER, 'predictions.csv'), join(run, 'predictions.csv'))],
    ['missing', (run) => rm(join(run, 'predictions.csv'))],
  ])('gives no number: predictions that are %s', async (_, damage) => {
    const project = await copied();
    await damage(runFolder(project, TRIAL));
    const lab = await opened(project);
    const [study] = await lab.services['studies.list']({});
    const [trial, other] = study.trials;
    expect(trial).toMatchObject({
      state: 'failed',
      error: { code: 'damaged-file', message: expect.stringMatching(/predictions/) },
    });
    expect(other.state).toBe('finished');
    const cells = await lab.services['results.cells']({ study: 'Quick' });
    expect(new Set(cells.map((c) => c.trial))).toEqual(new Set([OTHER]));
    const { html } = await lab.services['reports.preview']({ study: 'Quick' });
    expect(html).toMatch(/could not be read, and is missing below/);
    expect(html).toContain(TRIAL);
    const { faults } = await verifyProject(lab.session);
    expect(faults.map(({ path }) => basename(path))).toContain('predictions.csv');
  });

  it('gives no number in a project of before hashes either: rows are held to the configuration', async () => {
    const project = await copied();
    const run = runFolder(project, TRIAL);
    await writeFile(join(run, 'state.json'), '{"state": "finished"}');
    const [whole, damaged] = [await opened(project), await copied()];
    expect((await whole.services['studies.list']({}))[0].trials[0].state).toBe('finished');
    const other = runFolder(damaged, TRIAL);
    await writeFile(join(other, 'state.json'), '{"state": "finished"}');
    await edit(join(other, 'predictions.csv'), (t) => t + lines(t).slice(1).join('\n'));
    const lab = await opened(damaged);
    const [trial] = (await lab.services['studies.list']({}))[0].trials;
    expect(trial).toMatchObject({ state: 'failed', error: { message: expect.stringMatching(/two rows for/) } });
  });

  it('is made anew when the trial is run again, with the same bits', async () => {
    const project = await copied();
    const path = join(runFolder(project, TRIAL), 'predictions.csv');
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.slice(0, 500));
    const lab = await opened(project);
    await lab.services['studies.resume']({ study: 'Quick' });
    await lab.queue.whenIdle();
    expect((await lab.services['studies.list']({}))[0].trials[0].state).toBe('failed'); // only when asked for
    await lab.services['studies.resume']({ study: 'Quick', failed: true });
    await lab.queue.whenIdle();
    expect(await readFile(path, 'utf8')).toBe(before);
    expect((await verifyProject(lab.session)).faults).toEqual([]);
  });

  it.each<[string, (project: string) => Promise<void>]>([
    ['config.json', (p) => edit(join(runFolder(p, TRIAL), 'config.json'), (t) => t.replace('"seed": 0', '"seed": 1'))],
    ['state.json', (p) => edit(join(runFolder(p, TRIAL), 'state.json'), (t) => t.replace('"finished"', '"cancelled"'))],
    ['engine.json', (p) => edit(join(runFolder(p, TRIAL), 'engine.json'), (t) => t.replace(/"threads": \d+/, '"threads": 99'))],
    [
      'environment.json',
      (p) => edit(join(runFolder(p, TRIAL), 'environment.json'), (t) => t.replace('"cpu": "', '"cpu": "Super ')),
    ],
    ['history.jsonl', (p) => edit(join(runFolder(p, TRIAL), 'history.jsonl'), (t) => t.replace('"trainLoss":', '"trainLoss":1'))],
    ['checkpoint-best.safetensors', (p) => flip(join(runFolder(p, TRIAL), 'checkpoint-best.safetensors'))],
    ['checkpoint-last.safetensors', (p) => flip(join(runFolder(p, TRIAL), 'checkpoint-last.safetensors'))],
    ['Quick.json', (p) => edit(join(p, 'studies', 'Quick.json'), (t) => t.replace('"epochs": 2', '"epochs": 1'))],
    [
      '.json',
      (p) => splitOf(p).then((path) => edit(path, (t) => t.replace('"leaks": []', '"leaks": [ ]').replace('"test"', '"train"'))),
    ],
  ])('is named by verify: %s', async (name, damage) => {
    const project = await copied();
    await damage(project);
    const lab = await opened(project);
    const { faults } = await verifyProject(lab.session);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0].path.endsWith(name), JSON.stringify(faults)).toBe(true);
  });

  it('a study or plan hides no other, and is named', async () => {
    const project = await copied();
    await writeFile(join(project, 'studies', 'Broken.json'), '{"format": 1,');
    await writeFile(join(project, 'studies', 'Newer.json'), '{"format": 7}');
    await writeFile(join(project, 'plans', 'Torn.json'), '');
    const lab = await opened(project);
    expect((await lab.services['studies.list']({})).map((s) => s.name)).toEqual(['Quick']);
    const problems = await lab.services['projects.problems']({});
    expect(problems.map(({ path }) => basename(path)).sort()).toEqual(['Broken.json', 'Newer.json', 'Torn.json']);
    expect(problems.find(({ path }) => path.endsWith('Newer.json'))?.message).toMatch(/made by a newer Magnilab/);
    await expect(lab.services['results.cells']({ study: 'Broken' })).rejects.toMatchObject({ code: 'damaged-file' });
    await lab.services['reports.preview']({ study: 'Quick' });
  });

  it('a split takes its claims with it: nothing is said about leaks', async () => {
    const project = await copied();
    await edit(await splitOf(project), (t) => t.slice(0, 300));
    const lab = await opened(project);
    const { html } = await lab.services['reports.preview']({ study: 'Quick' });
    expect(html).toMatch(/whether cases stand on more than one side is not known/);
    expect(html).not.toMatch(/0 cases on more than one side/);
  });

  it('an index is put aside and made again by itself', async () => {
    const project = await copied();
    await rm(join(project, 'lab.sqlite-wal'), { force: true });
    await writeFile(join(project, 'lab.sqlite'), 'no database at all '.repeat(300));
    const lab = await opened(project);
    const [task] = lab.tasks.list();
    await taskEnd(lab, task.id);
    expect(await lab.services['dataset.summary']({})).toMatchObject({ images: 96 });
    expect((await readdir(project)).some((name) => name.startsWith('lab.sqlite.damaged-'))).toBe(true);
  });

  it('a history is known from the resume point', async () => {
    const project = await copied();
    const path = join(runFolder(project, TRIAL), 'history.jsonl');
    const rows = lines(await readFile(path, 'utf8'));
    await writeFile(path, `${rows[0]}\n`);
    const lab = await opened(project);
    expect((await lab.services['studies.list']({}))[0].trials[0]).toMatchObject({ epoch: 2, epochs: 2 });
    expect(await lab.services['trials.history']({ trial: TRIAL })).toHaveLength(2);
  });

  it('an engine choice is not silently made again', async () => {
    const project = await copied();
    const run = runFolder(project, TRIAL);
    await edit(join(run, 'engine.json'), (t) => t.slice(0, 40));
    const lab = await opened(project);
    await lab.services['trials.retry']({ trial: TRIAL });
    await lab.queue.whenIdle();
    const [{ trials }] = await lab.services['studies.list']({});
    expect(trials[0]).toMatchObject({ state: 'failed', error: { message: expect.stringMatching(/engine\.json/) } });
  });
});

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1000] ^= 4;
  await writeFile(path, bytes);
}

async function splitOf(project: string): Promise<string> {
  const [name] = await readdir(join(project, 'splits'));
  return join(project, 'splits', name);
}

describe('the user\u2019s own files', () => {
  it('are never replaced by a report', async () => {
    const lab = await opened(await copied());
    const folder = await temporaryFolder();
    const report = (out: string) => lab.services['reports.export']({ study: 'Quick', folder: out });

    const file = join(folder, 'notes.txt');
    await writeFile(file, 'mine');
    await expect(report(file)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readFile(file, 'utf8')).toBe('mine');

    const own = join(folder, 'thesis');
    await mkdir(join(own, 'data'), { recursive: true });
    await writeFile(join(own, 'report.html'), 'my own report');
    await expect(report(own)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readdir(own)).toEqual(['data', 'report.html']);

    const out = join(folder, 'report');
    await report(out);
    await report(out); // as it was written: replaced
    await appendFile(join(out, 'report.html'), '<!-- a remark -->');
    await expect(report(out)).rejects.toMatchObject({ code: 'already-exists', message: expect.stringMatching(/report\.html/) });
    expect((await readdir(folder)).sort()).toEqual(['notes.txt', 'report', 'thesis']); // nothing half-made beside them
  });

  it('the folder of the images is never written into', async () => {
    const project = await copied();
    const lab = await opened(project);
    const inside = join(tissue, 'report');
    await expect(lab.services['reports.export']({ study: 'Quick', folder: inside })).rejects.toMatchObject({ code: 'bad-input' });
    expect(existsSync(inside)).toBe(false);
    const { task } = await lab.services['dataset.index']({ folder: dirname(project), verify: false });
    await expect(taskEnd(lab, task)).rejects.toThrow(/writes nothing/);
  });
});

describe('changing the project', { timeout: 300_000 }, () => {
  it('keeps the open one when another cannot be opened, and asks while trials run', async () => {
    const { lab, project } = await labWith(tissue);
    await expect(lab.services['projects.open']({ folder: '/nowhere.magnilab' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(lab.services['projects.create']({ name: 'Test', folder: dirname(project) })).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(lab.session.describe()).toMatchObject({ folder: project });

    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    const running = nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'step' ? true : undefined));
    const other = await copied();
    await running;
    for (const attempt of [
      () => lab.services['projects.open']({ folder: other }),
      () => lab.services['projects.create']({ name: 'New', folder: dirname(project) }),
      () => lab.services['projects.close']({}),
      () => lab.services['projects.demo']({}),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'trials-running' });
    expect(lab.queue.isRunning(TRIAL)).toBe(true);
    await lab.services['projects.open']({ folder: other, stop: true });
    expect(lab.session.describe()).toMatchObject({ folder: other });
    await lab.services['projects.open']({ folder: project });
    expect((await lab.services['studies.list']({}))[0].state).toBe('interrupted');
  });

  it('opens one of two that are opened at once, and leaves no lock on the other', async () => {
    const [a, b] = [await copied(), await copied()];
    process.env.MAGNILAB_STATE = await temporaryFolder();
    const lab = createLab({ door: 'browser' });
    await Promise.all([lab.services['projects.open']({ folder: a }), lab.services['projects.open']({ folder: b })]);
    const second = await opened(a);
    expect(second.session.describe()).toMatchObject({ folder: a });
    await lab.close();
  });

  it('one of two starts of one name succeeds, and what a killed start left is in nobody\u2019s way', async () => {
    const { lab, project } = await labWith(tissue);
    await mkdir(runFolder(project, TRIAL), { recursive: true });
    await writeFile(join(runFolder(project, TRIAL), 'config.json'), '{"half":');
    const plan = quickPlan(tissue, { training });
    const starts = await Promise.allSettled([0, 1].map(() => lab.services['studies.start']({ plan })));
    expect(starts.map((s) => s.status).sort()).toEqual(['fulfilled', 'rejected']);
    await lab.queue.whenIdle();
    expect((await lab.services['studies.list']({}))[0].state).toBe('finished');
  });
});

describe('what passes', { timeout: 300_000 }, () => {
  it('images that are away are waited for: the queue says so once, and goes on by itself', async () => {
    const data = join(await temporaryFolder(), 'tissue');
    await cp(tissue, data, { recursive: true });
    const { lab, project } = await labWith(data);
    await rename(data, `${data}-away`);
    const plan = quickPlan(data, { trainMagnifications: [40, 100], training });
    const held = nextEvent(lab, (e) => (e.type === 'study' && e.study.held ? e.study : undefined));
    await lab.services['studies.start']({ plan });
    expect(await held).toMatchObject({ state: 'running', held: { code: 'data-away', message: expect.stringContaining(data) } });
    expect((await lab.services['studies.list']({}))[0].trials.map((t) => t.state)).toEqual(['interrupted', 'waiting']);
    await rename(`${data}-away`, data);
    await lab.queue.whenIdle();
    expect((await lab.services['studies.list']({}))[0]).toMatchObject({ state: 'finished', held: null });
    expect((await verifyProject(lab.session)).faults).toEqual([]);
    expect(existsSync(join(runFolder(project, TRIAL), 'lease.json'))).toBe(false);
  });

  it('a project that was moved with its images goes on, and leaves nothing at the old place', async () => {
    const place = await temporaryFolder();
    const [before, after] = [join(place, 'before'), join(place, 'after')];
    await cp(tissue, join(before, 'tissue'), { recursive: true });
    process.env.MAGNILAB_STATE = await temporaryFolder();
    const first = createLab({ door: 'browser' });
    await first.services['projects.create']({ name: 'P', folder: before });
    await taskEnd(first, (await first.services['dataset.index']({ folder: join(before, 'tissue'), verify: false })).task);
    const second = nextEvent(first, (e) =>
      e.type === 'trial' && e.message.type === 'step' && e.message.epoch === 1 ? true : undefined,
    );
    await first.services['studies.start']({ plan: quickPlan(join(before, 'tissue')) });
    await second;
    await first.close();
    await rename(before, after);
    const lab = await opened(join(after, 'P.magnilab'));
    expect(await lab.services['dataset.summary']({})).toMatchObject({ folder: join(after, 'tissue') });
    await lab.services['studies.resume']({ study: 'Quick' });
    await lab.queue.whenIdle();
    expect((await lab.services['studies.list']({}))[0].state).toBe('finished');
    expect(await readdir(place)).toEqual(['after']);

    // the images alone: they are said to lie elsewhere, and only where they all are
    await rename(join(after, 'tissue'), join(place, 'elsewhere'));
    await expect(lab.services['dataset.locate']({ folder: after })).rejects.toMatchObject({ code: 'bad-input' });
    const located = await lab.services['dataset.locate']({ folder: join(place, 'elsewhere') });
    expect(located).toMatchObject({ dataset: join(place, 'elsewhere'), dataAway: false });
    await lab.services['trials.retry']({ trial: TRIAL });
    await lab.queue.whenIdle();
    expect((await lab.services['studies.list']({}))[0].state).toBe('finished');
  });
});

describe('a trial that another process runs', { timeout: 300_000 }, () => {
  it('is left alone: nothing is written into its folder, and the reason is told', async () => {
    const { lab, project } = await labWith(tissue);
    const run = runFolder(project, TRIAL);
    const plan = quickPlan(tissue, { training });
    const told = nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'failed' ? e.message.error : undefined));
    const lease = { token: 'theirs', pid: process.pid, host: hostname(), start: processStart(process.pid), beat: 0 };
    const staged = setInterval(() => {
      if (existsSync(run) && !existsSync(join(run, 'lease.json'))) writeFileSync(join(run, 'lease.json'), JSON.stringify(lease));
    }, 1);
    await lab.services['studies.start']({ plan });
    expect(await told).toMatchObject({ code: 'project-locked', message: expect.stringContaining(String(process.pid)) });
    clearInterval(staged);
    await lab.queue.whenIdle();
    expect((await readdir(run)).sort()).toEqual(['config.json', 'lease.json', 'log.txt']);
  });
});

describe('a study\u2019s results', { timeout: 300_000 }, () => {
  it('are joined to its own images, whatever was indexed since', async () => {
    const lab = await opened(await copied());
    const more = join(await temporaryFolder(), 'tissue');
    await cp(tissue, more, { recursive: true });
    const { images } = await lab.services['dataset.images']({ filter: {}, offset: 0, limit: 1000 });
    const report = async () =>
      (await lab.services['reports.preview']({ study: 'Quick' })).html.match(/(\d+) images of (\d+) cases/)![0];
    const before = await report();
    // the same names, other pictures; and one image more
    for (const [i, { path }] of images.entries())
      await copyFile(join(tissue, images[(i + 1) % images.length].path), join(more, path));
    await copyFile(
      join(tissue, images[0].path),
      join(more, dirname(images[0].path), images[0].name.replace(/-\d{4}-/, '-7777-')),
    );
    await taskEnd(lab, (await lab.services['dataset.index']({ folder: more, verify: false })).task);
    expect(await report()).toBe(before);
    const shown = async () => {
      const squares = await Promise.all(
        (['benign', 'malignant'] as const).flatMap((truth) =>
          (['benign', 'malignant'] as const).map((predicted) =>
            lab.services['results.images']({ trial: TRIAL, testMagnification: 40, truth, predicted }),
          ),
        ),
      );
      return squares.flat().map(({ image }) => image);
    };
    expect((await shown()).every((image) => image === null)).toBe(true);
    await taskEnd(lab, (await lab.services['dataset.index']({ folder: tissue, verify: false })).task);
    expect((await shown()).every((image) => image !== null)).toBe(true);
  });
});
