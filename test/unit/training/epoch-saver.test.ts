import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createModel } from '../../../main/models/registry.ts';
import { initialWeights } from '../../../main/models/weights.ts';
import { takeLease } from '../../../main/project/lease.ts';
import { trialFiles } from '../../../main/project/trial-folder.ts';
import { openWeights, weightsCheckpoint } from '../../../main/training/checkpoint.ts';
import { EpochSaver } from '../../../main/training/epoch-saver.ts';
import type { Epoch } from '../../../shared/contract/trial.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const { model } = createModel('convmixer_test');

async function opened() {
  const folder = await temporaryFolder();
  const lease = await takeLease(folder);
  const files = trialFiles(folder);
  await writeFile(files.history, '');
  const saver = new EpochSaver({ folder, token: lease.token });
  onTestFinished(async () => {
    await saver.close();
    lease.release();
  });
  const told: number[] = [];
  /** Weights of their own for every epoch. */
  const save = (epoch: number) => {
    const checkpoints = [files.best, files.last].map((path) => weightsCheckpoint(path, model, initialWeights(model, epoch), epoch, { epoch: String(epoch) })); // prettier-ignore
    return saver.save({ checkpoints, row: { epoch } as Epoch }, () => told.push(epoch));
  };
  const rows = async () => (await readFile(files.history, 'utf8')).split('\n').filter((line) => line !== '');
  return { folder, files, saver, save, told, rows };
}

describe('finished epochs', () => {
  it('are written behind the training, one after the other', async () => {
    const { files, saver, save, told, rows } = await opened();
    await save(0);
    expect(told).toEqual([]); // it returns before anything is written
    await save(1);
    expect(told).toEqual([0]);
    await saver.settled();
    expect(told).toEqual([0, 1]);
    expect(await rows()).toEqual(['{"epoch":0}', '{"epoch":1}']);
    for (const path of [files.best, files.last]) {
      const file = await openWeights(path); // whole, by its checksum
      expect(file.metadata.epoch).toBe('1');
      expect(file.load(model)).toEqual(initialWeights(model, 1));
    }
  });

  it('are on disk when the trial ends', async () => {
    const { saver, save, told, rows } = await opened();
    await save(0);
    await saver.close();
    expect(told).toEqual([0]);
    expect(await rows()).toHaveLength(1);
  });

  it('are not written into a folder that another process has taken over, and that is told with the next one', async () => {
    const { folder, files, saver, save, told, rows } = await opened();
    await writeFile(join(folder, 'lease.json'), JSON.stringify({ token: 'of another', pid: 1 }));
    await save(0);
    await expect(save(1)).rejects.toMatchObject({ code: 'project-locked' });
    await expect(saver.settled()).rejects.toMatchObject({ code: 'project-locked' });
    expect(told).toEqual([]);
    expect(await rows()).toEqual([]);
    expect(existsSync(files.best)).toBe(false);
  });

  it('leave no line of history without their weights', async () => {
    const { folder, saver, save, rows } = await opened();
    await save(0);
    await saver.settled();
    await rm(join(folder, 'lease.json'));
    await writeFile(join(folder, 'lease.json'), '{'); // unreadable is not ours
    await save(1);
    await expect(saver.settled()).rejects.toMatchObject({ code: 'project-locked' });
    expect(await rows()).toHaveLength(1);
  });
});
