import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLab, type Lab } from '../../main/lab/lab.ts';
import { createModel } from '../../main/models/registry.ts';
import { weightsFrom } from '../../main/models/weights.ts';
import { decodePredictions } from '../../main/project/predictions.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { saveWeights } from '../../main/training/checkpoint.ts';
import { answer } from '../../main/ipc/serve-channel.ts';
import { api, type CallInput, type CallName, type CallOutput } from '../../shared/contract/api.ts';
import { pictureAddress } from '../../shared/contract/pictures.ts';
import type { TriedAnswer } from '../../shared/contract/try.ts';
import { TRY_LIMITS } from '../../shared/contract/try-limits.ts';
import { finishedProject, opened } from '../helpers/finished.ts';
import { formulaValues } from '../helpers/formula.ts';
import { picture } from '../helpers/images.ts';
import { runFolder, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const TRIALS = ['Quick_wavemix_32_4_40x_s0', 'Quick_wavemix_32_4_100x_s0'];

let tissue: string;
let finished: Awaited<ReturnType<typeof finishedProject>>;
beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
  finished = await finishedProject(tissue);
}, 300_000);
afterAll(() => finished.remove());

/** A call by the wire's own way, whose answer must be what the contract says. @throws its error */
async function ask<N extends CallName>(lab: Lab, name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const said = await answer(lab.services, name, input);
  if (!said.ok) throw Object.assign(new Error(said.error.message), said.error);
  return api[name].output.parse(said.value) as CallOutput<N>;
}

/** Sends a file as a page does. */
async function upload(lab: Lab, name: string, bytes: Buffer) {
  let sent: CallOutput<'try.upload'> | undefined;
  for (let offset = 0; !sent?.image; offset += TRY_LIMITS.part) {
    const part = bytes.subarray(offset, offset + TRY_LIMITS.part).toString('base64');
    sent = await ask(lab, 'try.upload', { upload: sent?.upload, name, size: bytes.length, offset, part });
  }
  return sent.image;
}

/** Native tests of a trial, as predictions.csv has them. */
async function testedBy(trial: string) {
  const file = join(runFolder(finished.project, trial), 'predictions.csv');
  return decodePredictions(await readFile(file, 'utf8'), file).filter(({ view }) => view.scale === 'native');
}

describe('networks that can be asked', () => {
  it('are those of all finished trials, each with what it was trained on', async () => {
    const networks = await ask(await opened(finished.project), 'try.networks', {});
    expect(networks).toEqual(
      TRIALS.map((trial, i) => ({
        choice: { trial },
        model: 'wavemix_32_4',
        classes: ['benign', 'malignant'],
        magnifications: [[40], [100]][i],
        arm: expect.objectContaining({ study: 'Quick', trainSet: [40, 100][i], seed: 0, fold: null }),
      })),
    );
  });

  it('are those of a weights file, too: it names its model and classes, or the model is chosen', async () => {
    const lab = await opened(finished.project);
    const ours = join(runFolder(finished.project, TRIALS[0]), 'checkpoint-best.safetensors');
    expect(await ask(lab, 'try.addWeights', { weights: ours })).toEqual({
      choice: { weights: ours },
      model: 'wavemix_32_4',
      classes: ['benign', 'malignant'],
      magnifications: [40],
      arm: null,
    });
    const { model } = createModel('resnet_test', [224, 224]);
    const theirs = join(await temporaryFolder(), 'timm.safetensors');
    await saveWeights(theirs, model, weightsFrom(model, formulaValues), 1, {});
    await expect(ask(lab, 'try.addWeights', { weights: theirs })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/timm\.safetensors does not say which model.*choose it from the list/),
      details: { field: 'model' },
    });
    await expect(ask(lab, 'try.addWeights', { weights: theirs, model: 'vit_test' })).rejects.toMatchObject({
      code: 'damaged-file',
      message: expect.stringMatching(/timm\.safetensors does not hold .*Choose the model that the file belongs to/),
    });
    const network = await ask(lab, 'try.addWeights', { weights: theirs, model: 'resnet_test' });
    expect(network).toMatchObject({ model: 'resnet_test', magnifications: null, arm: null });
    const [{ image }] = (await testedBy(TRIALS[0])).slice(0, 1);
    const { images } = await ask(lab, 'try.open', { paths: [join(tissue, image)] });
    const [said] = await ask(lab, 'try.classify', { network: network.choice, images: [images[0].id] });
    expect(said).toMatchObject({ classes: ['benign', 'malignant'], predicted: expect.any(String) });
  });
});

describe('what networks say of images', () => {
  it('is what the test said of the same images, for a path and for a sent copy', async () => {
    const lab = await opened(finished.project);
    for (const trial of TRIALS) {
      const rows = (await testedBy(trial)).slice(0, 4);
      const { images } = await ask(lab, 'try.open', { paths: rows.map(({ image }) => join(tissue, image)) });
      expect(images.map(({ magnification }) => magnification)).toEqual(rows.map(({ view }) => view.magnification));
      const [{ image }] = rows;
      const copy = await upload(lab, basename(image), await readFile(join(tissue, image)));
      const ids = [...images, copy].map(({ id }) => id);
      const said = (await ask(lab, 'try.classify', { network: { trial }, images: ids })) as TriedAnswer[];
      expect(said.map((one) => one.image)).toEqual(ids);
      for (const [i, row] of [...rows, rows[0]].entries()) {
        expect(said[i].predicted).toBe(row.predicted);
        for (const [c, p] of row.probabilities.entries()) expect(Math.abs(said[i].probabilities[c] - p)).toBeLessThan(1e-6);
      }
      await ask(lab, 'try.remove', { images: ids });
    }
  });

  it('comes at once when the networks have been asked before', async () => {
    const lab = await opened(finished.project);
    const weights = join(runFolder(finished.project, TRIALS[0]), 'checkpoint-best.safetensors');
    const rows = await testedBy(TRIALS[0]);
    const { images } = await ask(lab, 'try.open', { paths: [join(tissue, rows[0].image), join(tissue, rows[1].image)] });
    const networks = [...TRIALS.map((trial) => ({ trial })), { weights }];
    for (const network of networks) await ask(lab, 'try.classify', { network, images: [images[0].id] });
    const started = performance.now();
    for (const network of networks) await ask(lab, 'try.classify', { network, images: [images[1].id] });
    expect((performance.now() - started) / networks.length).toBeLessThan(1000); // a tenth of it on an idle machine; a new process takes seconds
  });

  it('can be asked where a network looked, over a picture that has an address', async () => {
    const lab = await opened(finished.project);
    const [{ image: path }] = await testedBy(TRIALS[1]);
    const image = await upload(lab, basename(path), await readFile(join(tissue, path)));
    const found = await ask(lab, 'try.saliency', {
      network: { trial: TRIALS[1] },
      image: image.id,
      method: 'integrated-gradients',
    });
    const said = (await ask(lab, 'try.classify', { network: { trial: TRIALS[1] }, images: [image.id] })) as TriedAnswer[];
    expect(found.class).toBe(said[0].predicted);
    expect(await lab.picture(found.layer)).toMatchObject({ status: 200, type: 'image/png' });
    for (const width of [240, 700]) {
      const shown = await lab.picture(pictureAddress(image.picture, width));
      if (shown.status !== 200) throw new Error(`status ${shown.status}`);
      expect((await sharp(shown.bytes).metadata()).width).toBe(Math.min(width, image.width));
    }
  });

  it('is withdrawn, and asked anew, without harm', async () => {
    const lab = await opened(finished.project);
    const [{ image }] = await testedBy(TRIALS[0]);
    const { images } = await ask(lab, 'try.open', { paths: [join(tissue, image)] });
    const question = { network: { trial: TRIALS[0] }, images: [images[0].id] };
    const controller = new AbortController();
    const withdrawn = answer(lab.services, 'try.classify', question, controller.signal);
    controller.abort();
    expect(await withdrawn).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await ask(lab, 'try.classify', question)).toHaveLength(1);
  });

  it('is refused for a trial of another project, and for an image that was removed', async () => {
    const lab = await opened(finished.project);
    const [{ image }] = await testedBy(TRIALS[0]);
    const { images } = await ask(lab, 'try.open', { paths: [join(tissue, image)] });
    const ids = [images[0].id];
    await expect(ask(lab, 'try.classify', { network: { trial: 'Other_x_40x_s0' }, images: ids })).rejects.toMatchObject({
      code: 'not-found',
      details: { field: 'trial' },
    });
    await ask(lab, 'try.remove', { images: ids });
    await expect(ask(lab, 'try.classify', { network: { trial: TRIALS[0] }, images: ids })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('images that are tried', () => {
  it('come from folders; what cannot be read is named with what to do, and keeps none from being tried', async () => {
    const lab = createLab({ door: 'browser' });
    try {
      const folder = await temporaryFolder();
      await mkdir(join(folder, 'deep'));
      await writeFile(join(folder, 'deep', 'SOB_M_DC-14-2523-400-010.png'), await picture(1));
      await writeFile(join(folder, 'a.png'), 'words');
      const raw = { width: 8, height: 8, channels: 1 } as const;
      await sharp(new Uint16Array(64).fill(900), { raw }).toColourspace('grey16').png().toFile(join(folder, 'deep.png'));
      const { images, refused } = await ask(lab, 'try.open', { paths: [folder, join(folder, 'none.png')] });
      expect(images).toMatchObject([{ name: 'SOB_M_DC-14-2523-400-010.png', magnification: 400 }]);
      expect(refused.map(({ name }) => name).sort()).toEqual(['a.png', 'deep.png', 'none.png']);
      const wordsOf = (name: string) => refused.find((one) => one.name === name)!.error.message;
      expect(wordsOf('a.png')).toMatch(/^a\.png: .*no PNG, JPEG or TIFF.*Remove it, or replace it/);
      expect(wordsOf('deep.png')).toMatch(/^deep\.png: .*16 bits.*save one picture a file as 8-bit/);
      expect(wordsOf('none.png')).toMatch(/none\.png/);
      expect(await ask(lab, 'try.images', {})).toEqual(images); // as a page finds them after a reload
    } finally {
      await lab.close();
    }
  });

  it('are fifty at most', async () => {
    const lab = createLab({ door: 'browser' });
    try {
      const folder = await temporaryFolder();
      for (let i = 10; i < 63; i++) await writeFile(join(folder, `${i}.png`), await picture(i, { width: 20, height: 10 }));
      const { images, refused } = await ask(lab, 'try.open', { paths: [folder] });
      expect(images).toHaveLength(TRY_LIMITS.images);
      expect(refused).toMatchObject([
        { name: '60.png and 2 more', error: { message: expect.stringMatching(/at most 50 images.*Remove some/) } },
      ]);
      await expect(upload(lab, 'more.png', await picture(1))).rejects.toThrow(/^more\.png: at most 50/);
      await ask(lab, 'try.remove', { images: [images[0].id] });
      expect(await upload(lab, 'more.png', await picture(1))).toMatchObject({ name: 'more.png' });
    } finally {
      await lab.close();
    }
  });

  it('that are sent lie in a folder of the lab, and are gone with it', async () => {
    const temporary = await temporaryFolder();
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const lab = createLab({ door: 'browser' });
    const bytes = await sharp({
      create: { width: 600, height: 500, channels: 3, background: 'white', noise: { type: 'gaussian', mean: 128, sigma: 30 } },
    })
      .png()
      .toBuffer();
    expect(bytes.length).toBeGreaterThan(2 * TRY_LIMITS.part); // several parts
    const image = await upload(lab, '../../evil name?.png', bytes);
    expect(image).toMatchObject({ name: '../../evil name?.png', width: 600, height: 500, magnification: null });
    const [own] = await readdir(temporary);
    expect(own).toMatch(/^magnilab-try-/);
    const inside = () => readdir(join(temporary, own));
    expect(await inside()).toHaveLength(1);
    await expect(upload(lab, 'words.png', Buffer.from('words'))).rejects.toThrow(/^words\.png: .*no PNG, JPEG or TIFF/);
    expect(await inside()).toHaveLength(1);
    await ask(lab, 'try.remove', { images: [image.id] });
    expect(await inside()).toEqual([]);
    await upload(lab, 'again.png', bytes);
    await lab.close();
    expect(await readdir(temporary)).toEqual([]);
  });

  it('that are too large, empty, or do not arrive whole are refused by their name', async () => {
    const lab = createLab({ door: 'browser' });
    try {
      const part = Buffer.alloc(TRY_LIMITS.part).toString('base64');
      const first = { name: 'big.tif', size: 40e6, offset: 0, part };
      await expect(ask(lab, 'try.upload', { ...first, size: 40e6 + 1 })).rejects.toThrow(
        /^big\.tif has 41 megabytes; at most 40/,
      );
      await expect(ask(lab, 'try.upload', { ...first, size: 0, part: '' })).rejects.toThrow(/^big\.tif is empty/);
      await expect(ask(lab, 'try.upload', { ...first, part: `${part}AAAA` })).rejects.toMatchObject({ code: 'bad-input' });
      await expect(ask(lab, 'try.upload', { ...first, part: '***' })).rejects.toMatchObject({ code: 'bad-input' });
      await expect(ask(lab, 'try.upload', { ...first, upload: 'none' })).rejects.toThrow(/first part of big\.tif/);
      const { upload } = await ask(lab, 'try.upload', first);
      await expect(ask(lab, 'try.upload', { ...first, upload, offset: 5 })).rejects.toThrow(/^big\.tif did not arrive whole/);
      await expect(ask(lab, 'try.upload', { ...first, upload, offset: TRY_LIMITS.part })).rejects.toThrow(/first part/);
      await expect(ask(lab, 'try.upload', { ...first, size: 5 })).rejects.toThrow(/did not arrive whole/); // more than was said
    } finally {
      await lab.close();
    }
  });
});
