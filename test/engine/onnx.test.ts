import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../main/engine/compile.ts';
import { recordStep } from '../../main/engine/graph-program.ts';
import { nodeBackend } from '../../main/engine/operators/node.ts';
import type { Step } from '../../main/engine/step.ts';
import { onnxModel, type RecordedNetwork } from '../../main/export/onnx/translate.ts';
import { Predictor } from '../../main/inference/predictor.ts';
import { createModel } from '../../main/models/registry.ts';
import { weightsFrom } from '../../main/models/weights.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { saveWeights } from '../../main/training/checkpoint.ts';
import { Evaluator } from '../../main/training/trainer.ts';
import type { OnnxRequest } from '../../shared/contract/onnx.ts';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import { formulaValues, uniform } from '../helpers/formula.ts';
import { graphFaults, openOnnx, portShape, relativeDifference } from '../helpers/onnx.ts';
import { SMALL } from '../helpers/small.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

/** Largest difference of a logit, in units of the largest one: 2e-6 was measured. */
const TOLERANCE = 1e-5;

const predictor = new Predictor();
beforeAll(() => loadTensorFlow());
afterAll(() => predictor.close());

function noise(images: number, [height, width]: readonly [number, number]): Uint8Array {
  return Uint8Array.from(uniform('pixels', images * height * width * 3), (v) => 128 * (v + 1));
}

/** A network with weights by a formula: its weights file, and what it answers in the lab. */
async function network(id: string, folder: string, size: readonly [number, number], classes: readonly string[]) {
  const { model, variant } = createModel(id, size, classes.length);
  const weights = weightsFrom(model, formulaValues);
  const file = join(folder, `${id}.safetensors`);
  const metadata = { model: id, input_size: size.join(), classes: JSON.stringify(classes), train_set: '40x', evaluation: 'crop' };
  await saveWeights(file, model, weights, 1, metadata);
  const logits = (pixels: Uint8Array) => {
    const computation = { rung: 'session', precision: 'float32' } as const;
    const evaluator = new Evaluator({ model, variant, batchSize: 3, inputSize: size, weights, computation });
    try {
      return [...evaluator.logits(pixels)];
    } finally {
      evaluator.dispose();
    }
  };
  return { file, logits, variant };
}

const ask = { replace: false, about: {} };

describe('an ONNX file', () => {
  it.each([...Object.values(SMALL), 'wavemix_16_2_l2', 'fnet2d_16_2_p2'])(
    'of %s answers as the lab does, for any number of images',
    async (id) => {
      const folder = await temporaryFolder();
      const size = [64, 64] as const;
      const { file: weights, logits } = await network(id, folder, size, ['benign', 'malignant']);
      const file = join(folder, 'network.onnx');
      const written = await predictor.exportOnnx({ ...ask, weights, file });
      expect(written).toMatchObject({ file, variant: id, classes: ['benign', 'malignant'], inputSize: [64, 64], opset: 17 });
      expect((await readFile(file)).length).toBe(written.bytes);

      const { model, run } = await openOnnx(file);
      expect(graphFaults(model)).toEqual([]);
      expect(model.graph!.input.map(portShape)).toEqual([['batch', 3, 64, 64]]);
      expect(model.graph!.output.map((port) => [port.name, ...portShape(port)])).toEqual([
        ['logits', 'batch', 2],
        ['probabilities', 'batch', 2],
      ]);
      for (const images of [1, 3]) {
        const pixels = noise(images, size);
        const [found, expected] = [await run(pixels, size), logits(pixels)];
        expect(relativeDifference(found.logits, expected), `${images} images`).toBeLessThan(TOLERANCE);
        expect(new Set(expected.map((v) => v.toFixed(6))).size).toBe(2 * images); // images and classes differ, so order matters
        const [a, b] = found.logits;
        expect(found.probabilities[0]).toBeCloseTo(1 / (1 + Math.exp(b - a)), 5);
      }
    },
  );

  it('is there for every family', () => {
    expect(Object.keys(SMALL)).toEqual(FAMILIES.map(({ family }) => family));
  });

  it.each(['convmixer_test', 'swin_test', 'vit_test'])('of %s takes other sizes and numbers of classes', async (id) => {
    const folder = await temporaryFolder();
    const size = [64, 96] as const;
    const { file: weights, logits } = await network(id, folder, size, ['a', 'b', 'c']);
    const file = join(folder, 'new', 'network.onnx');
    await predictor.exportOnnx({ ...ask, weights, file });
    const { metadata, run } = await openOnnx(file);
    expect(JSON.parse(metadata.classes)).toEqual(['a', 'b', 'c']);
    expect(JSON.parse(metadata.input_size)).toEqual([64, 96]);
    const pixels = noise(2, size);
    expect(relativeDifference((await run(pixels, size)).logits, logits(pixels))).toBeLessThan(TOLERANCE);
  });

  it('says how images are shown to it, what it was trained on, and what it is not for', async () => {
    const folder = await temporaryFolder();
    const { file: weights, variant } = await network('resnet_test', folder, [64, 64], ['benign', 'malignant']);
    const file = join(folder, 'network.onnx');
    await predictor.exportOnnx({ ...ask, weights, file, about: { study: 'S' } });
    const { metadata, model } = await openOnnx(file);
    expect(metadata).toMatchObject({
      input_layout: 'NCHW',
      pixel_range: '[0, 255]',
      variant: 'resnet_test',
      evaluation: 'crop',
      crop_pct: String(variant.cropPct),
      study: 'S',
      train_set: '40x',
      use: expect.stringContaining('research use only'),
    });
    expect(JSON.parse(metadata.mean)).toEqual(variant.mean);
    expect(JSON.parse(metadata.std)).toEqual(variant.std);
    expect(JSON.parse(metadata.magnifications)).toEqual([{ magnification: 40, micrometresPerPixel: 0.49 }]);
    expect(metadata.resize).toMatch(/just covers 73 x 73 .* cut 64 x 64 from its centre/);
    expect(model.docString).toContain('Research use only');
    expect(metadata.magnilab_version).toBe(model.producerVersion);
    await predictor.exportOnnx({ ...ask, weights, file, replace: true, evaluation: 'full frame' });
    const { metadata: other } = await openOnnx(file);
    expect(other.resize).toMatch(/^resize the whole image to 64 x 64/);
    expect(other.crop_pct).toBeUndefined();
  });
});

describe('nothing is written', () => {
  it.each<[string, Partial<OnnxRequest>, object]>([
    ['where a file is there', { file: 'there.onnx' }, { code: 'already-exists', details: { field: 'file' } }],
    ['under another ending', { file: 'network.bin', replace: true }, { code: 'bad-input', details: { field: 'file' } }],
    ['below a file', { file: 'there.onnx/x.onnx' }, { code: 'already-exists' }],
    ['of weights that are not there', { weights: 'none.safetensors' }, { code: 'not-found', details: { field: 'weights' } }],
    ['of another model than the weights', { model: 'resnet18' }, { code: 'damaged-file' }],
    ['of a model that is none', { model: 'resnet_of_my_own' }, { code: 'not-found', details: { field: 'model' } }],
    ['of an input that the network cannot take', { inputSize: [65, 65] }, { code: 'bad-input', details: { field: 'inputSize' } }],
  ])('%s', async (_, change, error) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'there.onnx'), 'mine');
    const { file: weights } = await network('convmixer_test', folder, [64, 64], ['benign', 'malignant']);
    const { file = 'network.onnx', weights: other, ...rest } = change;
    const request = { ...ask, ...rest, file: join(folder, file), weights: other ? join(folder, other) : weights };
    await expect(predictor.exportOnnx(request)).rejects.toMatchObject(error);
    expect((await readdir(folder)).sort()).toEqual(['convmixer_test.safetensors', 'there.onnx']);
    expect(await readFile(join(folder, 'there.onnx'), 'utf8')).toBe('mine');
  });

  it('when it is cancelled', async () => {
    const folder = await temporaryFolder();
    const { file: weights } = await network('convmixer_test', folder, [64, 64], ['benign', 'malignant']);
    const controller = new AbortController();
    const file = join(folder, 'network.onnx');
    const cancelled = predictor.exportOnnx({ ...ask, weights, file }, controller.signal);
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    await predictor.exportOnnx({ ...ask, weights, file: join(folder, 'second.onnx') }); // after the first, in the same process
    expect(existsSync(file)).toBe(false);
  });
});

describe('a translation', () => {
  const SIZE = [7, 10] as const;

  /** What a step of pixels [N, 7, 10, 3] gives in the lab's engine and in ONNX Runtime, for three images. */
  async function both(step: (x: tf.Tensor4D) => tf.Tensor2D) {
    const whole: Step<'pixels'> = ({ pixels }) => ({ outputs: { logits: step(pixels as tf.Tensor4D) } });
    const shape = (batch: number) => [batch, ...SIZE, 3];
    const record = (batch: number) => {
      const inputs = { pixels: { shape: shape(batch), dtype: 'float32' } } as const;
      const { nodes, outputs } = recordStep(nodeBackend()!, whole, inputs, new Map());
      return { batch, nodes, output: outputs[0].from };
    };
    const pixels = noise(3, SIZE);
    const inputs = { pixels: { shape: shape(3), dtype: 'uint8' } } as const;
    const program = compile(whole, { inputs, variables: new Map(), rung: 'session' });
    const expected = [...program.run({ pixels }).logits];
    program.dispose();
    const recorded: RecordedNetwork = {
      recordings: [record(2), record(3)],
      pixels: 'in/pixels',
      inputSize: SIZE,
      classes: expected.length / 3,
      parameters: new Map(),
    };
    const { bytes } = onnxModel(recorded, { name: 'step', version: '0', about: '', metadata: {} });
    const file = join(await temporaryFolder(), 'step.onnx');
    await writeFile(file, bytes);
    const { run, model } = await openOnnx(file);
    expect(graphFaults(model)).toEqual([]);
    return { expected, found: (await run(pixels, SIZE)).logits };
  }

  const filter = (...shape: [number, number, number, number]) =>
    tf.tensor4d(
      Float32Array.from(
        uniform(
          'filter',
          shape.reduce((a, b) => a * b),
        ),
      ),
      shape,
    );
  const means = (x: tf.Tensor) => tf.mean(x, [1, 2]) as tf.Tensor2D;
  const flat = (x: tf.Tensor) => tf.reshape(x, [x.shape[0], -1]) as tf.Tensor2D;

  it.each<[string, (x: tf.Tensor4D) => tf.Tensor2D]>([
    ['SAME of a strided convolution, which pads unevenly', (x) => flat(tf.conv2d(x, filter(4, 3, 3, 2), 2, 'same'))],
    ['a dilated convolution', (x) => flat(tf.conv2d(x, filter(3, 3, 3, 2), 1, 'same', 'NHWC', 2))],
    ['SAME of a strided pool', (x) => flat(tf.maxPool(x, 3, 2, 'same'))],
    [
      'a transposed convolution to a size that is not a multiple',
      (x) => flat(tf.conv2dTranspose(x, filter(3, 4, 2, 3), [x.shape[0], 14, 19, 2], 2, 'same')),
    ],
    [
      'a transposed convolution with gaps',
      (x) => flat(tf.conv2dTranspose(x, filter(2, 2, 2, 3), [x.shape[0], 21, 30, 2], 3, 'same')),
    ],
    ['values cut from the middle', (x) => flat(tf.slice(x, [0, 2, 3, 1], [-1, 4, 5, 2]))],
    ['padding of images in both layouts', (x) => flat(tf.pad(tf.add(tf.pad(x, [[0, 0], [1, 2], [3, 4], [0, 0]], 5), tf.pad(tf.mul(x, tf.ones([7, 10, 3])), [[0, 0], [1, 2], [3, 4], [0, 0]], -1)), [[0, 0], [0, 1], [0, 0], [2, 0]], 7))], // prettier-ignore
    [
      'a number per channel and one per image',
      (x) => flat(tf.mul(tf.add(x, tf.tensor1d([1, 20, 300])), tf.reshape(means(x), [-1, 1, 1, 3]))),
    ],
    ['one of many classes', (x) => tf.matMul(means(x), tf.cast(tf.oneHot([4, 0, 2], 5), 'float32') as tf.Tensor2D)],
    [
      'large constants of one value',
      (x) => flat(tf.mul(tf.concat([x, x], 3), tf.add(tf.fill([7, 10, 6], 3), tf.fill([x.shape[0], 7, 10, 6], 0.5)))),
    ],
    [
      'what is repeated per image',
      (x) => tf.concat([tf.tile(tf.tensor2d([[1, 2, 3]]), [x.shape[0], 2]), means(x)], 1) as tf.Tensor2D,
    ],
  ])('of %s is exact', async (_, step) => {
    const { expected, found } = await both(step);
    expect(relativeDifference(found, expected)).toBeLessThan(1e-6);
  });

  it('that does not exist is named', async () => {
    await expect(both((x) => means(tf.atan(x)))).rejects.toThrow(/no translation of TensorFlow's operator Atan/);
  });

  it('refuses what counts images in another way than by their number', async () => {
    const squares = (x: tf.Tensor4D) => tf.mul(means(x), tf.scalar(x.shape[0] ** 2)) as tf.Tensor2D;
    await expect(both(squares)).rejects.toThrow(/cannot be exported for any batch/);
    const operators = (x: tf.Tensor4D) => means(x.shape[0] === 2 ? tf.relu(x) : x);
    await expect(both(operators)).rejects.toThrow(/the number of operators depends on the number of images/);
    await expect(both((x) => means(tf.slice(tf.concat([x, x]), [0, 0, 0, 0], [x.shape[0], -1, -1, -1])))).rejects.toThrow(
      /Slice: it cuts images off a batch/,
    );
  });
});
