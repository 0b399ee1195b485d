import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trainedNetwork } from '../../../main/compute/trained-network.ts';
import { writeSealed } from '../../../main/platform/atomic.ts';
import { trialFiles, writeTrialState } from '../../../main/project/trial-folder.ts';
import type { TrialConfig, TrialImage, TrialStateFile } from '../../../shared/contract/trial.ts';
import { trialConfig } from '../../helpers/config.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const WEIGHTS = 'the weights';

/** A trial's folder with its configuration, a state and what stands for its weights. */
async function trialFolder(change: Partial<TrialConfig>, state: TrialStateFile['state'] = 'finished'): Promise<string> {
  const folder = join(await temporaryFolder(), 'trial');
  await mkdir(folder);
  const files = trialFiles(folder);
  await writeSealed(files.config, trialConfig({ dataset: { folder: '/images' }, train: [image(40)], ...change }));
  await writeFile(files.best, WEIGHTS);
  const hash = createHash('sha256').update(WEIGHTS).digest('hex');
  await writeTrialState(folder, { state, files: { 'checkpoint-best.safetensors': hash } });
  return folder;
}

const image = (magnification: number): TrialImage => ({
  path: `${magnification}.png`,
  label: 'benign',
  magnification,
  case: 'c',
  slide: 's',
  pixelSha256: 'x',
});

describe("a trial's network", () => {
  it('is its best weights, with the magnifications of its training images', async () => {
    const folder = await trialFolder({ trainSet: { allBut: 100 }, train: [image(400), image(40), image(400), image(50)] });
    const { about, ...network } = await trainedNetwork({ folder });
    const weights = trialFiles(folder).best;
    expect(network).toEqual({ weights, model: 'resnet18', inputSize: [64, 64], evaluation: 'crop', dataFolder: '/images' });
    expect(about).toEqual({ study: 'Q', trial: 'trial', train_set: 'all-but-100x', magnifications: expect.any(String) });
    expect(JSON.parse(about.magnifications)).toEqual([
      { magnification: 40, micrometresPerPixel: 0.49 },
      { magnification: 50, micrometresPerPixel: 0.4 },
      { magnification: 400, micrometresPerPixel: 0.05 },
    ]);
  });

  it('says that its tissue was synthetic', async () => {
    const { about } = await trainedNetwork({ folder: await trialFolder({ dataset: { folder: '/images', synthetic: true } }) });
    expect(about.images).toMatch(/^synthetic/);
  });

  it.each(['running', 'interrupted', 'failed', 'cancelled'] as const)('is not there while the trial is %s', async (state) => {
    const refused = trainedNetwork({ folder: await trialFolder({}, state) });
    await expect(refused).rejects.toMatchObject({ code: 'bad-input', details: { field: 'trial' } });
  });

  it('is not there for a baseline, by name', async () => {
    const refused = trainedNetwork({ folder: await trialFolder({ model: 'colour_histogram' }) });
    await expect(refused).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('Colour histogram') });
  });

  it('is not there where its weights were changed since', async () => {
    const folder = await trialFolder({});
    await writeFile(trialFiles(folder).best, 'other weights');
    await expect(trainedNetwork({ folder })).rejects.toMatchObject({ code: 'damaged-file' });
  });
});
