import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PlanInput } from '../../shared/contract/plan.ts';
import { engineChoiceSchema, trialEnvironmentSchema } from '../../shared/contract/trial.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { labWith, quickPlan, runFolder, testTissue } from '../helpers/lab.ts';

let tissue: string;
beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
}, 300_000);
afterEach(() => {
  delete process.env.MAGNILAB_ENGINE;
  delete process.env.MAGNILAB_MEMORY;
});

const TRAINING = { epochs: 1, batchSize: 16, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.001 };

/** Runs a study of one network; answers what its first trial chose, ran on, said and predicted. */
async function runOn(change: Partial<PlanInput>) {
  const { lab, project } = await labWith(tissue);
  const notices: string[] = [];
  lab.on((event) => {
    if (event.type === 'trial' && event.message.type === 'notice') notices.push(event.message.text);
  });
  const plan = quickPlan(tissue, { training: TRAINING, ...change });
  const { trials } = await lab.services['studies.start']({ plan });
  await lab.queue.whenIdle();
  const [study] = await lab.services['studies.list']({});
  expect(study.trials.map(({ state, error }) => [state, error])).toEqual(trials.map(() => ['finished', null]));
  const read = (trial: number, file: string) => readFile(join(runFolder(project, trials[trial].id), file), 'utf8');
  const choices = await Promise.all(
    trials.map(async (_, i) => engineChoiceSchema.parse(JSON.parse(await read(i, 'engine.json')))),
  );
  const environment = trialEnvironmentSchema.parse(JSON.parse(await read(0, 'environment.json')));
  return { choices, environment, notices, predictions: await read(0, 'predictions.csv') };
}

describe('the engine of a trial', () => {
  it('is measured once, written down with its timings, and remembered for the next trial', async () => {
    process.env.MAGNILAB_MEMORY = String(20e9 + Math.floor(Math.random() * 1e9)); // nothing is remembered under this limit yet
    const { choices, environment } = await runOn({ seeds: [0, 1] });
    expect(choices.map(({ source }) => source)).toEqual(['measured', 'remembered']);
    const [first, second] = choices;
    expect(first.measured[0].measurement).toMatchObject({ ok: true });
    expect(second.measured).toEqual(first.measured);
    expect(environment.computation).toMatchObject({ ...first, ranOn: first.rung, refusals: [] });
    expect(environment.engine).toContain(first.rung);
  });

  it('is what the user names, and each gives the same predictions but for rounding', async () => {
    const probabilities = new Map<string, number[]>();
    for (const rung of ['eager', 'session', 'xla'] as const) {
      process.env.MAGNILAB_ENGINE = rung;
      const { choices, environment, predictions } = await runOn({});
      expect(choices[0]).toMatchObject({ rung, source: 'given', measured: [] });
      expect(environment.computation).toMatchObject({ ranOn: rung });
      const rows = predictions.trim().split('\n').slice(1);
      probabilities.set(
        rung,
        rows.map((row) => Number(row.split(',').at(-1))),
      );
    }
    const eager = probabilities.get('eager')!;
    expect(eager.length).toBeGreaterThan(0);
    for (const rung of ['session', 'xla'])
      probabilities.get(rung)!.forEach((p, i) => expect(Math.abs(p - eager[i])).toBeLessThan(1e-3));
  });

  it('that the user names must exist', async () => {
    process.env.MAGNILAB_ENGINE = 'warp';
    const { lab } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await lab.queue.whenIdle();
    const [study] = await lab.services['studies.list']({});
    expect(study.trials[0]).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('no engine "warp"') } });
  });
});

describe('a batch', () => {
  const size: Partial<PlanInput> = { inputSize: [416, 416] };

  it('that does not fit into memory is halved, recorded, told, and the trial finishes', async () => {
    // a limit half-way between what a batch and its half take, which differ by more than two runs of either
    const [planned, half] = [await runOn(size), await runOn({ ...size, training: { ...TRAINING, batchSize: 6 } })];
    const [batchSize, halfSize] = [planned, half].map(({ choices: [choice] }) => choice.batchSize);
    expect([batchSize, halfSize]).toEqual([12, 6]); // all 12 training images, where they are fewer than 16
    expect([planned.notices, half.notices]).toEqual([[], []]);
    const peaks = [planned, half].map(({ choices: [{ measured }] }) => {
      const [{ measurement }] = measured;
      if (!measurement.ok) throw new Error(measurement.reason);
      return measurement.peakBytes;
    });
    const decoded = batchSize * 700 * 460 * 3;
    process.env.MAGNILAB_MEMORY = String(Math.round((peaks[0] + peaks[1]) / 2 + decoded));
    const { choices, environment, notices } = await runOn(size);
    const { batchSize: fitted, plannedBatchSize, measured } = choices[0];
    expect(plannedBatchSize).toBe(16);
    expect([batchSize >> 1, batchSize >> 2]).toContain(fitted);
    expect(measured.map((m) => m.batchSize)).toEqual(expect.arrayContaining([batchSize, fitted]));
    expect(environment.computation).toMatchObject({ batchSize: fitted, plannedBatchSize: 16 });
    expect(notices).toEqual([`A batch of 16 does not fit into memory: training with ${fitted}.`]);
  });

  it('of one image that does not fit ends the trial and says what to do, not the lab', async () => {
    process.env.MAGNILAB_MEMORY = '100000000';
    const { lab } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue, size) });
    await lab.queue.whenIdle();
    const [study] = await lab.services['studies.list']({});
    expect(study.trials[0]).toMatchObject({ state: 'failed', error: { code: 'out-of-memory' } });
    expect(study.trials[0].error!.message).toMatch(/smaller input/);
  });
});
