import { existsSync, writeFileSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { createLab } from '../../main/lab/lab.ts';
import { verifyProject } from '../../main/lab/verify.ts';
import { processStart } from '../../main/platform/process-lives.ts';
import { pictureAddress } from '../../shared/contract/pictures.ts';
import { copyOf, finishedProject, opened, shortTraining as training } from '../helpers/finished.ts';
import { picture } from '../helpers/images.ts';
import { labWith, nextEvent, previewOf, quickPlan, runFolder, taskEnd, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const TRIAL = 'Quick_wavemix_32_4_40x_s0';
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
      () => lab.services['projects.finishedDemo']({}),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'trials-running' });
    expect((await lab.services['studies.list']({}))[0].trials[0].state).toBe('running');
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
    const plan = quickPlan(data, { trainSets: [40, 100], training });
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
    const report = async () => (await previewOf(lab, 'Quick')).match(/(\d+) images of (\d+) cases/)![0];
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
    /** whether the pictures that were tested can be shown; each time by another width, so that each is made */
    const shown = async (width: number) => {
      const squares = await Promise.all(
        (['benign', 'malignant'] as const).flatMap((truth) =>
          (['benign', 'malignant'] as const).map((predicted) =>
            lab.services['results.images']({ trial: TRIAL, view: { magnification: 40, scale: 'native' }, truth, predicted }),
          ),
        ),
      );
      const answers = squares.flat().map((image) => lab.picture(pictureAddress(image.picture, width)));
      return [...new Set((await Promise.all(answers)).map(({ status }) => status))];
    };
    expect(await shown(64)).toEqual([200]); // under other names, and the same pixels
    const others = await temporaryFolder();
    await writeFile(join(others, 'SOB_B_A-14-1A-40-001.png'), await picture(1));
    await taskEnd(lab, (await lab.services['dataset.index']({ folder: others, verify: false })).task);
    expect(await shown(65)).toEqual([404]);
    await taskEnd(lab, (await lab.services['dataset.index']({ folder: tissue, verify: false })).task);
    expect(await shown(66)).toEqual([200]);
  });
});
