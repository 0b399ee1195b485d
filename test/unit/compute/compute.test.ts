import { threadId } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Compute } from '../../../main/compute/compute.ts';
import { openDatabase } from '../../../main/project/database.ts';
import { saveIndex } from '../../../main/project/image-index.ts';
import { makeSplit } from '../../../main/dataset/splits.ts';
import { splitSettingsSchema } from '../../../shared/contract/dataset.ts';
import { planSplitSchema } from '../../../shared/contract/plan.ts';
import { imageNamed, temporaryFolder } from '../../helpers/images.ts';

const NAMES = ['SOB_B_A-14-1A-40-001.png', 'SOB_M_DC-14-2B-40-001.png', 'SOB_B_F-14-3C-40-001.png', 'SOB_M_LC-14-4D-40-001.png'];
const images = NAMES.map((name, id) => imageNamed(name, id));
const settings = splitSettingsSchema.parse({});
const split = planSplitSchema.parse({});

function storedIndex(): string {
  const path = `${temporaryFolder()}/lab.sqlite`;
  const db = openDatabase(path);
  saveIndex(db, '/data', { images, problems: [], manifest: null, csv: null, synthetic: false, files: [] });
  db.close();
  return path;
}

function opened(entry?: URL): Compute {
  const compute = new Compute(entry);
  onTestFinished(() => compute.close());
  return compute;
}

/** A worker that does what its source says. */
const worker = (source: string) =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; ${source}`)}`);

describe('a compute thread', () => {
  it('splits an index that it reads itself, away from the thread that asks, and gives the same split', async () => {
    const compute = opened();
    const index = { database: storedIndex(), revision: '1', folder: '/data' };
    const preview = await compute.call('images.split', { index, split });
    expect(preview.sha256).toBe(makeSplit(images, settings).sha256);
    await compute.call('images.summary', index);
    const { calls, thread } = compute.tally.get('images.split')!;
    expect(calls).toBe(1);
    expect(thread).toBeGreaterThan(0);
    expect(thread).not.toBe(threadId);
    expect(compute.tally.get('images.summary')!.thread).toBe(thread); // what has read the index answers
  });

  it('passes on what a function throws, as it was thrown', async () => {
    const index = { database: storedIndex(), revision: '1', folder: '/data' };
    const list = planSplitSchema.parse({ by: 'list', file: '/nowhere.csv' });
    await expect(opened().call('images.split', { index, split: list })).rejects.toMatchObject({
      name: 'LabError',
      code: 'not-found',
      message: expect.stringContaining('/nowhere.csv'),
    });
  });

  it('that dies fails its call by a LabError, and is replaced', async () => {
    const compute = opened(
      worker(`parentPort.on('message', ({ id, input }) => {
        if (input.folder === 'die') setImmediate(() => { throw new Error('gone wrong'); });
        else parentPort.postMessage({ type: 'value', id, value: true });
      });`),
    );
    const dead = compute.call('trials.away', { folder: 'die' });
    await expect(dead).rejects.toMatchObject({
      name: 'LabError',
      code: 'internal',
      message: expect.stringContaining('gone wrong'),
    });
    expect(await compute.call('trials.away', { folder: 'live' })).toBe(true);
  });

  it('drops the answer of a cancelled call at once, and that of every call when it is closed', async () => {
    const compute = opened(worker(`parentPort.on('message', () => {});`));
    const controller = new AbortController();
    const cancelled = compute.call('trials.away', { folder: '' }, { signal: controller.signal });
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    const left = compute.call('trials.away', { folder: '' });
    const told = expect(left).rejects.toMatchObject({ code: 'cancelled' });
    await new Promise(setImmediate);
    await compute.close();
    await told;
  });
});
