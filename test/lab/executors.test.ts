import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLab, type Lab } from '../../main/lab/lab.ts';
import { entryUrl } from '../../main/platform/entries.ts';
import { readHistory, readTrialState } from '../../main/project/trial-folder.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import type { LabEvent } from '../../shared/contract/events.ts';
import { labWith, nextEvent, quickPlan, runFolder, testTissue } from '../helpers/lab.ts';

const BIN = fileURLToPath(new URL('../../bin/magnilab.js', import.meta.url));
const TRIALS = ['Quick_wavemix_32_4_40x_s0', 'Quick_wavemix_32_4_100x_s0'];
const [TRIAL] = TRIALS;
let tissue: string;

beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
}, 300_000);

const plan = (change = {}) => quickPlan(tissue, { trainSets: [40, 100], ...change });

/** What must not depend on what runs beside a trial. */
async function bitsOf(project: string): Promise<unknown> {
  return Promise.all(
    TRIALS.map(async (trial) => {
      const folder = runFolder(project, trial);
      const rows = await readHistory(folder);
      return {
        losses: rows.map((row) => [row.trainLoss, row.trainAccuracy, row.validationLoss, row.validationAccuracy]),
        predictions: await readFile(join(folder, 'predictions.csv'), 'utf8'),
      };
    }),
  );
}

/** A trial's process without a lab, as one that outlived its lab, or that somebody started by hand. */
async function startByHand(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(entryUrl('trial')), folder], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  while ((await readTrialState(folder))?.job !== String(child.pid)) await new Promise((resolve) => setTimeout(resolve, 50));
  return child;
}

/** A project with a study of one trial that waits; its lab is closed. */
async function waitingProject(epochs: number): Promise<{ project: string; run: string }> {
  const { lab, project } = await labWith(tissue);
  const training = { epochs, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 };
  await lab.services['studies.start']({ plan: plan({ trainSets: [40], training }) });
  await lab.close();
  return { project, run: runFolder(project, TRIAL) };
}

async function opened(project: string): Promise<Lab> {
  const lab = createLab({ door: 'browser' });
  onTestFinished(() => lab.close());
  await lab.services['projects.open']({ folder: project });
  return lab;
}

const stateOf = async (lab: Lab) => (await lab.services['studies.list']({}))[0].trials[0].state;

describe('a look at the test set', { timeout: 300_000 }, () => {
  const looksOf = (project: string) => join(project, 'test-looks.json');

  it('is recorded when the lab is closed as the trial ends', async () => {
    const { lab, project } = await labWith(tissue);
    const done = nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'done' ? true : undefined));
    await lab.services['studies.start']({ plan: plan({ trainSets: [40] }) });
    await done;
    await lab.close();
    expect(JSON.parse(await readFile(looksOf(project), 'utf8'))).toMatchObject({ looks: [{ name: 'Quick' }] });
  });

  it('is recorded by the next lab where one died before it could', async () => {
    const { lab, project } = await labWith(tissue);
    await lab.services['studies.start']({ plan: plan({ trainSets: [40] }) });
    await lab.queue.whenIdle();
    await lab.close();
    const record = await readFile(looksOf(project), 'utf8');
    await rm(looksOf(project));
    await opened(project);
    await vi.waitFor(async () => expect(await readFile(looksOf(project), 'utf8')).toBe(record));
  });
});

describe('two trials at once', { timeout: 300_000 }, () => {
  it('give the same bits as one after the other', async () => {
    const one = await labWith(tissue);
    await one.lab.services['studies.start']({ plan: plan() });
    await one.lab.queue.whenIdle();

    const two = await labWith(tissue, { jobs: 2 });
    const said: string[] = [];
    let most = 0;
    two.lab.on((event: LabEvent) => {
      if (event.type === 'trial') said.push(`${event.message.type} ${event.trial}`);
      if (event.type === 'study') most = Math.max(most, event.study.trials.filter(({ state }) => state === 'running').length);
    });
    await two.lab.services['studies.start']({ plan: plan() });
    await two.lab.queue.whenIdle();
    expect(most).toBe(2);
    const first = (what: string) => said.findIndex((text) => text.startsWith(what));
    expect(Math.max(...TRIALS.map((trial) => said.indexOf(`ready ${trial}`)))).toBeLessThan(first('done'));
    expect(await bitsOf(two.project)).toEqual(await bitsOf(one.project));
  });

  it('stop together when their study is paused, and go on together', async () => {
    const { lab } = await labWith(tissue, { jobs: 2 });
    const begun = (trial: string) =>
      nextEvent(lab, (e) => (e.type === 'trial' && e.trial === trial && e.message.type === 'step' ? true : undefined));
    const both = Promise.all(TRIALS.map(begun));
    await lab.services['studies.start']({ plan: plan() });
    await both;
    const { trials } = await lab.services['studies.pause']({ study: 'Quick' });
    expect(trials.map(({ state }) => state)).toEqual(['interrupted', 'interrupted']);
    await lab.services['studies.resume']({ study: 'Quick' });
    await lab.queue.whenIdle();
    expect((await lab.services['studies.list']({}))[0].state).toBe('finished');
  });
});

describe('a trial that runs when a lab comes', { timeout: 300_000 }, () => {
  it('is found, heard and waited for', async () => {
    const { project, run } = await waitingProject(6);
    const child = await startByHand(run);
    const lab = await opened(project);
    expect(await stateOf(lab)).toBe('running');
    const epoch = await nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'epoch' ? e : undefined));
    expect(epoch.trial).toBe(TRIAL);
    await lab.queue.whenIdle();
    expect(child.exitCode).toBe(0);
    expect(await stateOf(lab)).toBe('finished');
  });

  it('outlives a lab that only looked, stops when it is paused, and goes on when it is resumed', async () => {
    const { project, run } = await waitingProject(40);
    const child = await startByHand(run);
    const ended = once(child, 'exit');
    const looking = await opened(project);
    expect(await stateOf(looking)).toBe('running');
    await looking.close();
    expect(child.exitCode).toBeNull();

    const lab = await opened(project);
    await lab.services['studies.pause']({ study: 'Quick' });
    await ended;
    expect(await stateOf(lab)).toBe('interrupted');
    await lab.services['studies.resume']({ study: 'Quick' });
    expect(await stateOf(lab)).toBe('running');
    await lab.services['trials.cancel']({ trial: TRIAL });
    expect(await stateOf(lab)).toBe('cancelled');
  });

  it('is waited for by the command line, which has nothing else to do', async () => {
    const { project, run } = await waitingProject(12);
    await startByHand(run);
    const resumed = spawn(process.execPath, [BIN, 'study', 'resume', '--project', project], { stdio: 'ignore' });
    onTestFinished(() => void resumed.kill('SIGKILL'));
    expect(await once(resumed, 'exit')).toEqual([0, null]);
    expect((await readTrialState(run))?.state).toBe('finished');
  });

  it('goes on where it was resumed while it ran, when it has stopped by itself', async () => {
    const { project, run } = await waitingProject(12);
    const child = await startByHand(run);
    const lab = await opened(project);
    await lab.services['studies.resume']({ study: 'Quick' });
    child.kill('SIGTERM'); // as one does whose lab has died
    await lab.queue.whenIdle();
    expect(child.exitCode).toBe(0);
    expect(await stateOf(lab)).toBe('finished');
  });
});

describe('studies that wait for each other', { timeout: 300_000 }, () => {
  const named = (name: string) => plan({ name, trainSets: [40] });
  const running = (lab: Lab, study: string) =>
    nextEvent(lab, (e) => (e.type === 'study' && e.study.name === study && e.study.state === 'running' ? e.study : undefined));
  const standing = async (lab: Lab) =>
    Object.fromEntries((await lab.services['studies.list']({})).map(({ name, state, queue }) => [name, [state, queue?.after]]));

  it('run in the order that is given, and say what they wait for', async () => {
    const { lab } = await labWith(tissue);
    const ends: string[] = [];
    lab.on((e) => {
      if (e.type === 'trial' && e.message.type === 'done') ends.push(e.trial);
    });
    const begun = nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'step' ? true : undefined));
    await lab.services['studies.start']({ plan: plan({ name: 'A' }) });
    await begun;
    for (const name of ['B', 'C']) await lab.services['studies.start']({ plan: named(name) });
    expect(await standing(lab)).toEqual({ A: ['running', null], B: ['queued', 'A'], C: ['queued', 'B'] });

    const told = nextEvent(lab, (e) => (e.type === 'study' && e.study.queue?.after === 'C' ? e.study.name : undefined));
    const order = await lab.services['studies.order']({ studies: ['C', 'A', 'B'] });
    expect(order.map(({ name }) => name)).toEqual(['C', 'A', 'B']);
    expect(await told).toBe('A'); // whose first trial is finished before C begins
    expect(await standing(lab)).toEqual({ A: ['running', 'C'], B: ['queued', 'A'], C: ['queued', null] });
    await running(lab, 'C');
    expect(await standing(lab)).toMatchObject({ A: ['queued', 'C'], C: ['running', null] });
    await lab.queue.whenIdle();
    expect(ends).toEqual(['A_wavemix_32_4_40x_s0', 'C_wavemix_32_4_40x_s0', 'A_wavemix_32_4_100x_s0', 'B_wavemix_32_4_40x_s0']);
    expect(await standing(lab)).toEqual({ A: ['finished', undefined], B: ['finished', undefined], C: ['finished', undefined] });
  });

  it('begin when the one before is paused, which comes last when it is resumed; one that waits can be paused, too', async () => {
    const { lab } = await labWith(tissue);
    const begun = (trial: string) =>
      nextEvent(lab, (e) => (e.type === 'trial' && e.trial === trial && e.message.type === 'step' ? true : undefined));
    const first = begun('A_wavemix_32_4_40x_s0');
    for (const name of ['A', 'B', 'C']) await lab.services['studies.start']({ plan: named(name) });
    await first;
    expect(await lab.services['studies.pause']({ study: 'C' })).toMatchObject({ state: 'paused', queue: null });
    const second = begun('B_wavemix_32_4_40x_s0');
    await lab.services['studies.pause']({ study: 'A' });
    await second;
    expect(await lab.services['studies.resume']({ study: 'A' })).toMatchObject({
      state: 'queued',
      queue: { place: 1, after: 'B' },
    });
    await lab.queue.whenIdle();
    expect(await standing(lab)).toMatchObject({ A: ['finished', undefined], C: ['paused', undefined] });
  });

  it('refuse an order of a study that is not there', async () => {
    const { lab } = await labWith(tissue);
    await expect(lab.services['studies.order']({ studies: ['No such'] })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('take a cancelled trial up again in its old place', async () => {
    const { lab } = await labWith(tissue);
    const begun = nextEvent(lab, (e) => (e.type === 'trial' && e.message.type === 'step' ? true : undefined));
    await lab.services['studies.start']({
      plan: plan({ name: 'A', trainSets: [40, 100, 200], training: { ...plan().training, epochs: 20 } }),
    });
    await begun;
    const trial = 'A_wavemix_32_4_100x_s0';
    expect((await lab.services['trials.cancel']({ trial })).trials[1].state).toBe('cancelled');
    expect((await lab.services['trials.retry']({ trial })).trials[1].state).toBe('waiting');
    const next = nextEvent(lab, (e) =>
      e.type === 'trial' && e.message.type === 'step' && e.trial !== 'A_wavemix_32_4_40x_s0' ? e.trial : undefined,
    );
    await lab.services['trials.cancel']({ trial: 'A_wavemix_32_4_40x_s0' });
    expect(await next).toBe(trial);
  });
});
