import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { quickPlan, runFolder, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const BIN = fileURLToPath(new URL('../../bin/magnilab.js', import.meta.url));
const TRIAL = 'Quick_wavemix_32_4_40x_s0';

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function magnilab(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

let tissue: string;
beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
}, 300_000);

describe('usage', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['train'], /unknown command 'train'/],
    ['an unknown option', ['models', '--csv'], /unknown option '--csv'/],
    ['a missing argument', ['index'], /missing required argument 'folder'/],
    ['a folder that is not there', ['index', '/no/such/folder'], /\/no\/such\/folder/],
    [
      'a project that is none',
      ['study', 'status', '--project', '/no/such/project'],
      /no Magnilab project in \/no\/such\/project/,
    ],
    ['a port that is none', ['serve', '--port', '99999'], /not a port number/],
    ['no jobs', ['study', 'run', 'plan.json', '--project', 'p', '--jobs', '0'], /not a number from 1 to 64/],
    ['weights that are not there', ['predict', '--weights', '/no.safetensors', 'x.png'], /\/no\.safetensors/],
    ['a method without a folder', ['predict', '--weights', 'w', '--method', 'grad-cam', 'x.png'], /--saliency <folder>/],
    ['steps that are none', ['predict', '--weights', 'w', '--saliency', 's', '--steps', '0', 'x.png'], /from 1 to 2000/],
    [
      'a folder that cannot be',
      ['predict', '--weights', 'w', '--saliency', '/dev/null/s', 'x.png'],
      /cannot be written into \/dev\/null\/s/,
    ],
    [
      "an image's own folder for pictures",
      ['predict', '--weights', 'w', '--saliency', 'a', 'a/x.png'],
      /not written into the folder of images a:/,
    ],
    [
      'an export of nothing',
      ['export', 'onnx', '--project', 'p', '--out', 'x.onnx'],
      /--project FOLDER --trial ID, or --weights FILE/,
    ],
    ['an export of two', ['export', 'onnx', '--trial', 't', '--weights', 'w', '--out', 'x.onnx'], /give one of them/],
    ['a size of a trial', ['export', 'onnx', '--trial', 't', '--size', '64', '--out', 'x.onnx'], /--size is for --weights/],
    ['an export to no ONNX file', ['export', 'onnx', '--weights', 'w', '--out', 'x.bin'], /x\.bin does not end with \.onnx/],
    ['two pictures of one name', ['predict', '--weights', 'w', '--saliency', 's', 'a/x.png', 'b/x.png'], /would both get/],
  ])('%s ends with 2 and says what is wrong on stderr', async (_, args, message) => {
    const { code, stdout, stderr } = await magnilab(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });

  it('help and version end with 0', async () => {
    expect((await magnilab('--help')).code).toBe(0);
    expect((await magnilab('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('errors are JSON on stdout with --json', async () => {
    const { code, stdout } = await magnilab('index', '/no/such/folder', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'not-found', message: expect.stringContaining('/no/such/folder') },
    });
  });

  it('models --json lists the catalogue', async () => {
    const rows = JSON.parse((await magnilab('models', '--json')).stdout);
    expect(rows[0]).toMatchObject({ id: 'resnet18', family: 'resnet', params: 11_177_538, inputSize: 224 });
  });

  it('doctor --json says what computes', async () => {
    const { code, stdout } = await magnilab('doctor', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'ok', tfjs: '4.22.0', missing: [] });
  });
});

it('a plan with a wrong field is refused, naming it, and nothing is written', async () => {
  const folder = await temporaryFolder();
  const plan = join(folder, 'plan.json');
  await writeFile(plan, JSON.stringify({ ...quickPlan(tissue), traning: {} }));
  const { code, stderr } = await magnilab('study', 'run', plan, '--project', join(folder, 'P.magnilab'));
  expect(code).toBe(2);
  expect(stderr).toContain('field "traning"');
  expect(await readdir(folder)).toEqual(['plan.json']);
});

it('a new plan is written from a preset, and said what it takes and rests on, before there is a project', async () => {
  const folder = await temporaryFolder();
  const plan = join(folder, 'plan.json');
  const made = await magnilab('study', 'new', plan, '--data', tissue, '--preset', 'quick', '--models', 'wavemix_32_4');
  expect(made).toMatchObject({ code: 0, stdout: `${plan}\n` });
  const { code, stdout } = await magnilab('study', 'plan', plan, '--json');
  expect(code).toBe(0);
  const check = JSON.parse(stdout);
  expect(check).toMatchObject({ problems: [], models: [{ id: 'wavemix_32_4' }] });
  expect(check.evidence.map(({ part }: { part: string }) => part)).toContain('test');
  expect(await readdir(folder)).toEqual(['plan.json']);
});

it("a report's folder is run again, and it is said which numbers agree", { timeout: 300_000 }, async () => {
  const folder = await temporaryFolder();
  const [plan, bundle] = [join(folder, 'plan.json'), join(folder, 'report')];
  const training = { epochs: 2, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 };
  await writeFile(plan, JSON.stringify(quickPlan(tissue, { trainSets: [40, 100], training })));
  expect((await magnilab('study', 'run', plan, '--project', join(folder, 'A.magnilab'))).code).toBe(0);
  expect((await magnilab('report', join(folder, 'A.magnilab'), '--out', bundle, '--format', 'data')).code).toBe(0);
  const again = (project: string, ...options: string[]) => magnilab('study', 'run', '--from-bundle', bundle, '--project', join(folder, project), ...options); // prettier-ignore
  const same = await again('B.magnilab', '--data', tissue);
  expect(same).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/Of (\d{3}) numbers of the bundle \1 are the same to the last bit\./),
  });

  const numbers = join(bundle, 'data/results_long.csv');
  const [head, first, ...rest] = (await readFile(numbers, 'utf8')).split('\n');
  const fields = first.split(',');
  fields[head.split(',').indexOf('value')] = '0.123';
  await writeFile(numbers, [head, fields.join(','), ...rest].join('\n'));
  const one = await again('C.magnilab', '--trial', TRIAL);
  expect(one.code).toBe(1);
  expect(one.stderr).toMatch(/Of (\d+) numbers .*\n {2}Quick_wavemix_32_4_40x_s0, 40x, accuracy: 0\.123 there, 0?\.?\d+.* here/);
  expect(await again('D.magnilab', '--trial', 'None')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no trial None'),
  });
  expect(await readdir(join(folder, 'D.magnilab/studies'))).toEqual([]); // nothing was started
  await writeFile(numbers, 'a,b\n1,2\n');
  expect(await again('E.magnilab')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('results_long.csv is not the table'),
  });
  expect(await magnilab('study', 'run', '--project', join(folder, 'F.magnilab'))).toMatchObject({ code: 2 });
});

it(
  'a study interrupted by Ctrl+C is resumed, reported, and its weights predict what the test found',
  { timeout: 300_000 },
  async () => {
    const folder = await temporaryFolder();
    const project = join(folder, 'P.magnilab');
    const plan = join(folder, 'plan.json');
    await writeFile(
      plan,
      JSON.stringify(
        quickPlan(tissue, { training: { epochs: 6, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 } }),
      ),
    );

    const running = spawn(process.execPath, [BIN, 'study', 'run', plan, '--project', project], { stdio: 'ignore' });
    const history = join(runFolder(project, TRIAL), 'history.jsonl');
    while (!existsSync(history) || (await readFile(history, 'utf8')) === '')
      await new Promise((resolve) => setTimeout(resolve, 50));
    running.kill('SIGINT');
    expect(await new Promise((resolve) => running.on('exit', resolve))).toBe(1);

    const status = JSON.parse((await magnilab('study', 'status', '--project', project, '--json')).stdout);
    expect(status).toMatchObject({ name: 'Quick', state: 'interrupted', trials: [{ state: 'interrupted' }] });
    expect(status.trials[0].epoch).toBeGreaterThanOrEqual(1);

    const again = await magnilab('study', 'run', plan, '--project', project);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('Resume it') });

    const resumed = await magnilab('study', 'resume', '--project', project, '--json');
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      study: { state: 'finished' },
      matrices: [{ model: 'wavemix_32_4', metric: 'accuracy' }],
    });
    expect(
      (await readFile(history, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).epoch),
    ).toEqual([0, 1, 2, 3, 4, 5]);

    const report = JSON.parse((await magnilab('report', project, '--out', join(folder, 'report'), '--json')).stdout);
    expect(report.files).toContain('report.html');
    expect(await readFile(join(folder, 'report/report.html'), 'utf8')).toContain('WaveMix-32/4');

    const rows = parse(await readFile(join(runFolder(project, TRIAL), 'predictions.csv'), 'utf8'), { columns: true }) as Record<
      string,
      string
    >[];
    const tested = rows.slice(0, 3);
    const weights = join(runFolder(project, TRIAL), 'checkpoint-best.safetensors');
    const predicted = JSON.parse(
      (await magnilab('predict', '--weights', weights, '--json', ...tested.map((row) => join(tissue, row.image)))).stdout,
    );
    tested.forEach((row, i) => {
      expect(predicted[i].logits[0]).toBeCloseTo(Number(row.logit_benign), 4);
      expect(predicted[i].logits[1]).toBeCloseTo(Number(row.logit_malignant), 4);
      expect(predicted[i]).toMatchObject({ classes: ['benign', 'malignant'], predicted: row.pred });
      expect(predicted[i].probabilities[1]).toBeCloseTo(Number(row.p_malignant), 4);
      expect(predicted[i].probabilities[0] + predicted[i].probabilities[1]).toBeCloseTo(1, 12);
    });

    const wrong = await magnilab('predict', '--weights', weights, '--model', 'resnet18', '--json', join(tissue, tested[0].image));
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/missing parameter "conv1\.weight"/);

    // where the network looked, in a folder beside a copy of an image that is called like a picture
    const pictures = join(folder, 'saliency');
    const [first, second] = tested.map((row) => join(tissue, row.image));
    const look = (...args: string[]) => magnilab('predict', '--weights', weights, '--saliency', pictures, '--json', ...args);
    const explained = JSON.parse((await look('--steps', '64', first, second)).stdout);
    expect(explained.map((row: { logits: unknown }) => row.logits)).toEqual([0, 1].map((i) => predicted[i].logits));
    for (const { path, saliency, logits } of explained) {
      const { class: label, change, residual, seen, baseline, ...rest } = saliency;
      expect(Math.abs(baseline)).toBeLessThan(5);
      expect(seen).toBeCloseTo((0.875 ** 2 * 460) / 700, 2); // the centre of an image of 700 x 460
      expect(rest).toEqual({
        method: 'integrated-gradients',
        steps: 64,
        copies: rest.resolution,
        resolution: expect.any(Number),
        empty: false,
        path: join(pictures, `${basename(path, '.png')}.saliency.png`),
      });
      expect(label).toBe(logits[1] > logits[0] ? 'malignant' : 'benign');
      expect(Math.abs(residual)).toBeLessThan(Math.max(0.05 * Math.abs(change), 0.01));
      expect(await sharp(saliency.path).metadata()).toMatchObject({ format: 'png', height: 460 });
    }
    const byMap = JSON.parse((await look('--method', 'grad-cam', first)).stdout)[0].saliency;
    expect(byMap).toMatchObject({ method: 'grad-cam', change: null, residual: null, steps: null });

    const tokens = await look('--method', 'grad-cam', '--model', 'vit_test', first);
    expect(tokens.code).toBe(2);
    expect(JSON.parse(tokens.stdout).error).toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('use integrated-gradients'),
      details: { field: 'method' },
    });
    const copy = join(pictures, 'copy.saliency.png');
    await copyFile(first, copy);
    await copyFile(first, join(pictures, 'copy.png'));
    const linked = join(folder, 'copy.png');
    await link(copy, linked);
    const over = await look(linked);
    expect(over.code).toBe(2);
    expect(over.stderr).toContain('would take the place of the image');
    expect(await readFile(copy)).toEqual(await readFile(first));
    // a picture of an earlier run is replaced, a file of the user's is not, whatever it is
    expect((await look('--method', 'grad-cam', first)).code).toBe(0);
    const mine = join(pictures, `${basename(second, '.png')}.saliency.png`);
    await copyFile(first, mine);
    const kept = await look('--method', 'grad-cam', first, second);
    expect(kept).toMatchObject({ code: 2, stderr: expect.stringContaining(`${mine} is there and was not drawn`) });
    expect(await readFile(mine)).toEqual(await readFile(first));

    // a folder stands for its images; one that cannot be read takes no answer from the others
    const mixed = join(folder, 'mixed');
    await mkdir(join(mixed, 'deep'), { recursive: true });
    await copyFile(first, join(mixed, 'deep', 'a.png'));
    await writeFile(join(mixed, 'b.png'), 'broken');
    await copyFile(second, join(mixed, 'c.png'));
    const some = await magnilab('predict', '--weights', weights, '--json', mixed, join(folder, 'gone.png'));
    expect(some.code).toBe(1);
    expect(JSON.parse(some.stdout)).toMatchObject([
      { path: join(mixed, 'b.png'), error: { code: 'bad-input', message: expect.stringContaining('b.png') } },
      { path: join(mixed, 'c.png'), logits: predicted[1].logits },
      { path: join(mixed, 'deep/a.png'), logits: predicted[0].logits },
      { path: join(folder, 'gone.png'), error: { message: expect.stringContaining('gone.png') } },
    ]);
    const words = await magnilab('predict', '--weights', weights, mixed);
    expect(words).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^no answer .*b\.png.*\n(benign|malignant) .*c\.png\n/),
    });
    const inside = await magnilab('predict', '--weights', weights, '--saliency', join(mixed, 'maps'), mixed);
    expect(inside).toMatchObject({ code: 2, stderr: expect.stringContaining('not written into the folder of images') });
    expect(await readdir(mixed)).toEqual(['b.png', 'c.png', 'deep']);
  },
);
