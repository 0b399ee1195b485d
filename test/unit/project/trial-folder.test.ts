import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Epoch } from '../../../shared/contract/trial.ts';
import { encodeSafetensors } from '../../../main/models/safetensors.ts';
import { readHistory, readTrialConfig, repairHistory } from '../../../main/project/trial-folder.ts';
import { trialConfig } from '../../helpers/config.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const image = { path: 'a.png', label: 'benign', magnification: 40, case: '1', slide: '1', pixelSha256: 'x' } as const;
const config = trialConfig({ dataset: { folder: '/data' }, train: [image], test: [image] });

async function folderWith(content: unknown): Promise<string> {
  const folder = join(await temporaryFolder(), 'trial');
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

describe('config.json', () => {
  it('is read back, with a hash that follows its content', async () => {
    const a = await readTrialConfig(await folderWith(config));
    const b = await readTrialConfig(await folderWith({ ...config, seed: 1 }));
    expect(a.config).toEqual(config);
    expect(a.hash).not.toBe(b.hash);
  });

  it.each<[string, unknown, string]>([
    ['a path above the data set', { ...config, test: [{ ...image, path: '../secret.png' }] }, 'test.0.path'],
    ['an absolute path', { ...config, train: [{ ...image, path: '/etc/passwd' }] }, 'train.0.path'],
    ['an unknown field', { ...config, shell: 'rm' }, 'shell'],
    ['a wrong type', { ...config, seed: '0' }, 'seed'],
    ['an unknown model', { ...config, model: 'vgg' }, 'model'],
    ['another folder', { ...config, id: 'other' }, 'id'],
  ])('with %s is refused, naming the field', async (_, content, field) => {
    await expect(readTrialConfig(await folderWith(content))).rejects.toMatchObject({ details: { field } });
  });

  it('that is not JSON is refused, naming the file', async () => {
    await expect(readTrialConfig(await folderWith('{'))).rejects.toMatchObject({
      code: 'damaged-file',
      message: expect.stringMatching(/config\.json/),
    });
  });
});

describe('history.jsonl', () => {
  const row = (epoch: number): Epoch => ({
    epoch,
    epochs: 3,
    learningRate: 0.1,
    trainLoss: 1,
    trainAccuracy: 0.5,
    validationLoss: null,
    validationAccuracy: null,
    imagesPerSecond: 1,
    seconds: 1,
    best: true,
  });

  const lines = (...rows: Epoch[]) => rows.map((r) => `${JSON.stringify(r)}\n`).join('');
  const point = (epoch: number, rows: Epoch[]) => ({
    epoch,
    steps: epoch,
    bestEpoch: 0,
    bestAccuracy: 1,
    seconds: 1,
    row: rows.at(-1)!,
    rows,
    config: 'x',
  });
  async function folderOf(history: string | null, resume?: object): Promise<string> {
    const folder = await temporaryFolder();
    if (history !== null) await writeFile(join(folder, 'history.jsonl'), history);
    const metadata = { format: 'magnilab-resume-1', point: JSON.stringify(resume) };
    if (resume) await writeFile(join(folder, 'checkpoint-last.safetensors'), encodeSafetensors({ tensors: new Map(), metadata }));
    return folder;
  }

  it('leaves out a line that a crash cut', async () => {
    expect(await readHistory(await folderOf(`${lines(row(0))}{"epoch":1,"epo`))).toEqual([row(0)]);
  });

  it.each<[string, string | null]>([
    ['missing', null],
    ['empty', ''],
    ['cut in its first line', '{"epoch":0,'],
    ['damaged in the middle', lines(row(0)).replace('0.5', '0,5') + lines(row(1))],
    ['one line short in the middle', lines(row(0), row(2))],
  ])('that is %s is known from the resume point', async (_, history) => {
    const rows = [row(0), row(1), row(2)];
    expect(await readHistory(await folderOf(history, point(3, rows)))).toEqual(rows);
  });

  it('that lost its last lines is known from the resume point, where it is known how many there were', async () => {
    const folder = await folderOf(lines(row(0)), point(3, [row(0), row(1), row(2)]));
    expect(await readHistory(folder, 3)).toHaveLength(3);
  });

  it('that is there and cannot be read is an error, and no empty one', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'history.jsonl'));
    await expect(readHistory(folder)).rejects.toThrow(/EISDIR/);
  });

  it('is mended to end with the epoch of the resume point', async () => {
    const folder = await folderOf(lines(row(0)));
    const path = join(folder, 'history.jsonl');
    await repairHistory(path, 2, row(1)); // of an earlier version; died between checkpoint and history
    expect(await readHistory(folder)).toEqual([row(0), row(1)]);
    await appendFile(path, lines(row(2)));
    await repairHistory(path, 2, row(1)); // a line too many
    expect(await readHistory(folder)).toEqual([row(0), row(1)]);
    await writeFile(path, 'lost');
    await repairHistory(path, 2, [row(0), row(1)]);
    expect(await readFile(path, 'utf8')).toBe(lines(row(0), row(1)));
  });
});
