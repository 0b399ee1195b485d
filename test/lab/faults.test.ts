import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { verifyProject } from '../../main/lab/verify.ts';
import { copyOf, finishedProject, opened } from '../helpers/finished.ts';
import { previewOf, runFolder, taskEnd, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const TRIAL = 'Quick_wavemix_32_4_40x_s0';
const OTHER = 'Quick_wavemix_32_4_100x_s0';
let tissue: string;
let finished: string;
const copied = () => copyOf(finished);

beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
  const { project, remove } = await finishedProject(tissue);
  finished = project;
  return remove;
});

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
    const cells = (await lab.services['results.study']({ study: 'Quick' })).cells;
    expect(new Set(cells.map((c) => c.trial))).toEqual(new Set([OTHER]));
    const html = await previewOf(lab, 'Quick');
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
    await expect(lab.services['results.study']({ study: 'Broken' })).rejects.toMatchObject({ code: 'damaged-file' });
    await lab.services['reports.preview']({ study: 'Quick' });
  });

  it('a split takes its claims with it: nothing is said about leaks', async () => {
    const project = await copied();
    await edit(await splitOf(project), (t) => t.slice(0, 300));
    const lab = await opened(project);
    const html = await previewOf(lab, 'Quick');
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
