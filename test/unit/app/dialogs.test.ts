import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenDialogOptions } from 'electron';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Folders, nativeChooser } from '../../../main/app/dialogs.ts';
import { jsonFile } from '../../../main/app/json-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magnilab-dialogs-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('native dialogs', () => {
  it('begin where the last choice for the same purpose was', async () => {
    const open = vi.fn().mockResolvedValue({ canceled: false, filePaths: ['/data/breakhis'] });
    const file = join(folder, 'deep', 'folders.json');
    const choose = nativeChooser(open, jsonFile<Folders>(file));
    expect(await choose('dataset')).toBe('/data/breakhis');
    expect(open.mock.lastCall![0]).not.toHaveProperty('defaultPath');
    await choose('report');
    expect(open.mock.lastCall![0]).not.toHaveProperty('defaultPath');
    await choose('dataset');
    expect(open.mock.lastCall![0]).toMatchObject({ defaultPath: '/data/breakhis', properties: ['openDirectory'] });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ dataset: '/data/breakhis', report: '/data/breakhis' });
  });

  it('ask for files of one kind where a file is wanted', async () => {
    const open = vi.fn().mockResolvedValue({ canceled: false, filePaths: ['/data/x'] });
    const choose = nativeChooser(open, { read: () => ({}), write: () => {} });
    for (const [purpose, extension] of [
      ['image', 'tif'],
      ['weights', 'safetensors'],
    ] as const) {
      expect(await choose(purpose)).toBe('/data/x');
      const { properties, filters } = open.mock.lastCall![0] as OpenDialogOptions;
      expect(properties).toEqual(['openFile']);
      expect(filters![0].extensions).toContain(extension);
    }
    await choose('images');
    expect(open.mock.lastCall![0]).toMatchObject({ properties: ['openDirectory'] });
  });

  it('answer null when nothing was chosen', async () => {
    const remembered = { read: () => ({}), write: vi.fn() };
    const choose = nativeChooser(async () => ({ canceled: true, filePaths: [] }), remembered);
    expect(await choose('project')).toBeNull();
    expect(remembered.write).not.toHaveBeenCalled();
  });
});

describe('a file of settings', () => {
  it.each(['', '{', 'null', '7', '"text"'])('is empty when it holds %j', async (text) => {
    const path = join(folder, 'broken.json');
    await writeFile(path, text);
    expect(jsonFile(path).read()).toEqual({});
  });

  it('is empty when it is missing, and silent when it cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const file = jsonFile(join(folder, 'file', 'below.json'));
    expect(file.read()).toEqual({});
    expect(() => file.write({ a: 1 })).not.toThrow();
  });
});
