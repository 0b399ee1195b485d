import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { Predictor } from '../../main/inference/predictor.ts';
import { runPrediction } from '../../main/inference/run-prediction.ts';
import { createModel } from '../../main/models/registry.ts';
import { weightsFrom } from '../../main/models/weights.ts';
import { saveWeights } from '../../main/training/checkpoint.ts';
import type { PredictRow } from '../../shared/contract/predict.ts';
import { formulaValues } from '../helpers/formula.ts';
import { picture } from '../helpers/images.ts';
import { SMALL } from '../helpers/small.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

beforeAll(async () => {
  await installRuntime();
}, 300_000);

/** A network of a family with weights by a formula, and a picture. */
async function network(id: string, classes: string, folder: string) {
  const { model } = createModel(id, [64, 64]);
  const path = join(folder, `${id} ${classes}.safetensors`);
  await saveWeights(path, model, weightsFrom(model, formulaValues), 1, { model: id, input_size: '64,64', classes });
  return path;
}

describe('the predict process', { timeout: 300_000 }, () => {
  it.each(Object.values(SMALL))(
    '%s: the classes of the weights are those of the answer, in the order of the logits',
    async (id) => {
      const folder = await temporaryFolder();
      const file = join(folder, 'x.png');
      await writeFile(file, await picture(5));
      const answer = async (classes: string) =>
        (await runPrediction({ weights: await network(id, classes, folder), files: [file] })) as PredictRow[];
      const [[ours], [theirs]] = [await answer('benign,malignant'), await answer('malignant,benign')];
      expect(theirs.logits).toEqual(ours.logits);
      expect([ours.classes, theirs.classes]).toEqual([
        ['benign', 'malignant'],
        ['malignant', 'benign'],
      ]);
      expect(theirs.predicted).not.toBe(ours.predicted);
      expect(ours.logits[0]).not.toBeCloseTo(ours.logits[1], 3);
    },
  );

  it('answers the next questions of the same weights without starting again, other weights in a process of their own', async () => {
    const folder = await temporaryFolder();
    const files = [join(folder, 'x.png')];
    await writeFile(files[0], await picture(5));
    const predictor = new Predictor({ most: 1 });
    onTestFinished(() => predictor.close());
    const weights = await network('resnet_test', 'benign,malignant', folder);
    const [first, second] = [await predictor.ask({ weights, files }), await predictor.ask({ weights, files })];
    expect(second).toEqual(first);
    const request = { weights, files, saliency: { method: 'grad-cam' } } as const;
    expect((await predictor.ask(request))[0]).toMatchObject({ saliency: { method: 'grad-cam' } });
    expect(predictor.starts).toBe(1);

    const controller = new AbortController();
    const cancelled = predictor.ask(request, controller.signal);
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(await predictor.ask({ weights, files })).toEqual(first);
    expect(predictor.starts).toBe(1);

    const bad = predictor.ask({ weights: join(folder, 'none.safetensors'), files });
    await expect(bad).rejects.toMatchObject({ code: 'not-found' });
    await writeFile(weights, await readFile(await network('resnet_test', 'malignant,benign', folder)));
    const [anew] = (await predictor.ask({ weights, files })) as PredictRow[];
    expect(anew.classes).toEqual(['malignant', 'benign']);
    expect(predictor.starts).toBe(3);
  });

  it('answers for many networks in turn when one process is shared, each as one of its own would', async () => {
    const folder = await temporaryFolder();
    const files = [join(folder, 'x.png')];
    await writeFile(files[0], await picture(5));
    const shared = new Predictor({ shared: true });
    const own = new Predictor({ most: 1 });
    onTestFinished(() => Promise.all([shared.close(), own.close()]).then(() => {}));
    const networks = await Promise.all(
      ['resnet_test', 'convmixer_test', 'mixer_test'].map((id) => network(id, 'benign,malignant', folder)),
    );
    const expected = [];
    for (const weights of networks) expected.push(await own.ask({ weights, files }));
    for (const turn of [1, 2])
      for (const [i, weights] of networks.entries())
        expect(await shared.ask({ weights, files }), `turn ${turn}`).toEqual(expected[i]);
    expect(shared.starts).toBe(1);
    expect(await shared.describe({ weights: networks[1] })).toMatchObject({
      model: 'convmixer_test',
      classes: ['benign', 'malignant'],
      metadata: { input_size: '64,64' },
    });
    await expect(shared.describe({ weights: join(folder, 'none') })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('ends when it is asked nothing for a while, and is started again for the next question', async () => {
    const folder = await temporaryFolder();
    const files = [join(folder, 'x.png')];
    await writeFile(files[0], await picture(5));
    const predictor = new Predictor({ idleMs: 100 });
    onTestFinished(() => predictor.close());
    const weights = await network('resnet_test', 'benign,malignant', folder);
    const before = await children();
    await predictor.ask({ weights, files });
    const own = async () => [...(await children())].filter((child) => !before.has(child));
    if (process.platform === 'linux') {
      expect(await own()).toHaveLength(1);
      await expect.poll(own, { timeout: 20_000 }).toHaveLength(0);
    } else await new Promise((resolve) => setTimeout(resolve, 2000));
    await predictor.ask({ weights, files });
    expect(predictor.starts).toBe(2);
  });

  it.runIf(process.platform === 'linux')('that is killed is told as that, without a stack', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'x.png');
    await writeFile(file, await picture(5));
    const weights = await network('resnet_test', 'benign,malignant', folder);
    const before = await children();
    const running = runPrediction({ weights, files: [file] });
    running.catch(() => {});
    const [pid] = [...(await children())].filter((child) => !before.has(child));
    process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({
      code: 'trial-failed',
      message: expect.stringMatching(/was ended by SIGKILL: most often memory ran out/),
    });
  });
});

async function children(): Promise<Set<number>> {
  if (process.platform !== 'linux') return new Set();
  const tasks = await readdir('/proc/self/task');
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/self/task/${task}/children`, 'utf8').catch(() => '')));
  return new Set(lists.join(' ').trim().split(/\s+/).filter(Boolean).map(Number));
}
