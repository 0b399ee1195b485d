import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../main/lab/lab.ts';
import { decodeImage } from '../../main/pictures/read-image.ts';
import { evaluationView } from '../../main/pictures/resample.ts';
import { decodePredictions } from '../../main/project/predictions.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { api, type CallInput } from '../../shared/contract/api.ts';
import type { OnnxFile } from '../../shared/contract/onnx.ts';
import type { TrialConfig } from '../../shared/contract/trial.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { copyOf, finishedProject, opened } from '../helpers/finished.ts';
import { runFolder, testTissue } from '../helpers/lab.ts';
import { openOnnx, relativeDifference } from '../helpers/onnx.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const TRIAL = 'Quick_wavemix_32_4_40x_s0';
const BIN = fileURLToPath(new URL('../../bin/magnilab.js', import.meta.url));

let tissue: string;
let finished: Awaited<ReturnType<typeof finishedProject>>;
beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
  finished = await finishedProject(tissue);
}, 300_000);
afterAll(() => finished.remove());

/** Exports by the call, whose answer must be what the contract says. */
async function exported(lab: Lab, input: Partial<CallInput<'trials.exportOnnx'>> = {}): Promise<OnnxFile> {
  const { input: parsed, output } = api['trials.exportOnnx'];
  return output.parse(await lab.services['trials.exportOnnx'](parsed.parse({ trial: TRIAL, ...input })));
}

describe("a finished trial's network as an ONNX file", () => {
  it('gives the logits of its test, and says what it is', async () => {
    const project = await copyOf(finished.project);
    const { file } = await exported(await opened(project));
    expect(file).toBe(join(project, 'reports', `${TRIAL}.onnx`));
    const { metadata, run } = await openOnnx(file);
    expect(metadata).toMatchObject({
      study: 'Quick',
      trial: TRIAL,
      variant: 'wavemix_32_4',
      train_set: '40x',
      images: expect.stringContaining('synthetic'),
      use: expect.stringContaining('research use only'),
    });
    expect(JSON.parse(metadata.magnifications)).toEqual([{ magnification: 40, micrometresPerPixel: 0.49 }]);

    const folder = runFolder(project, TRIAL);
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as TrialConfig;
    expect(JSON.parse(metadata.classes)).toEqual(config.classes);
    expect(metadata.evaluation).toBe(config.evaluation);
    const { cropPct, interpolation: filter } = findVariant(config.model)!;
    const tested = decodePredictions(await readFile(join(folder, 'predictions.csv'), 'utf8'), 'predictions.csv');
    const rows = tested.filter(({ view }) => view.scale === 'native').slice(0, 5);
    const pixels = await Promise.all(
      rows.map(async ({ image }) => {
        const decoded = await decodeImage(join(tissue, image));
        if (!decoded.ok) throw new Error(decoded.what);
        return evaluationView(decoded, { inputSize: config.inputSize, mode: config.evaluation, cropPct, filter });
      }),
    );
    const { logits } = await run(new Uint8Array(Buffer.concat(pixels)), config.inputSize);
    const expected = rows.flatMap(({ logits }) => logits);
    expect(relativeDifference(logits, expected)).toBeLessThan(1e-4); // predictions.csv rounds
  });

  it('does not take the place of a file, unless it is told to', async () => {
    const project = await copyOf(finished.project);
    const file = join(await temporaryFolder(), 'mine.onnx');
    await writeFile(file, 'mine');
    const lab = await opened(project);
    await expect(exported(lab, { file })).rejects.toMatchObject({ code: 'already-exists', details: { field: 'file' } });
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect(await exported(lab, { file, replace: true })).toMatchObject({ file, bytes: (await stat(file)).size });
  });

  it.each<[string, Partial<CallInput<'trials.exportOnnx'>>, object]>([
    ['an unknown trial', { trial: 'Quick_wavemix_32_4_40x_s9' }, { code: 'not-found', details: { field: 'trial' } }],
    ['another ending', { file: join(tmpdir(), 'network.bin') }, { code: 'bad-input', details: { field: 'file' } }],
  ])('is refused for %s', async (_, input, error) => {
    await expect(exported(await opened(finished.project), input)).rejects.toMatchObject(error);
  });

  it('is refused in the folder of the images', async () => {
    const file = join(tissue, 'network.onnx');
    await expect(exported(await opened(finished.project), { file })).rejects.toMatchObject({
      code: 'bad-input',
      details: { field: 'folder' },
    });
    expect(existsSync(file)).toBe(false);
  });

  it('is refused while the trial has not finished', async () => {
    const project = await copyOf(finished.project);
    await rm(join(runFolder(project, TRIAL), 'state.json')); // as before it was first started
    const refused = {
      code: 'bad-input',
      message: expect.stringContaining(`${TRIAL} has not finished`),
      details: { field: 'trial' },
    };
    await expect(exported(await opened(project))).rejects.toMatchObject(refused);
  });

  it('is refused where the weights are not those that were tested', async () => {
    const project = await copyOf(finished.project);
    const weights = join(runFolder(project, TRIAL), 'checkpoint-best.safetensors');
    await appendFile(weights, ' ');
    const lab = await opened(project);
    await expect(exported(lab)).rejects.toMatchObject({ code: 'damaged-file', details: { path: weights } });
    await rm(weights);
    await expect(exported(lab)).rejects.toMatchObject({ code: 'not-found', details: { path: weights } });
  });

  it('is the same by the command line, of the trial or of its weights alone', async () => {
    const out = await temporaryFolder();
    const magnilab = async (...args: string[]) => {
      const { stdout } = await promisify(execFile)(process.execPath, [BIN, 'export', 'onnx', ...args]);
      return stdout;
    };
    const [first, second] = [join(out, 'trial.onnx'), join(out, 'weights.onnx')];
    const project = await copyOf(finished.project);
    const said = JSON.parse(await magnilab('--project', project, '--trial', TRIAL, '--out', first, '--json'));
    expect(said).toMatchObject({ file: first, variant: 'wavemix_32_4', inputSize: [64, 64], bytes: (await stat(first)).size });
    const weights = join(runFolder(project, TRIAL), 'checkpoint-best.safetensors');
    expect(await magnilab('--weights', weights, '--out', second)).toContain('pixels [batch, 3, 64, 64]');
    const again = magnilab('--weights', weights, '--out', second, '--json');
    await expect(again).rejects.toMatchObject({ code: 2, stdout: expect.stringContaining('already-exists') });
    await magnilab('--weights', weights, '--out', second, '--force');

    const [trial, alone] = await Promise.all([first, second].map(openOnnx));
    expect(alone.model.graph).toEqual(trial.model.graph);
    const { study: _study, images: _images, ...shared } = trial.metadata;
    expect(alone.metadata).toMatchObject(shared);
  });
});
