import { readFile } from 'node:fs/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema, type ValueInfoProto } from 'onnx-buf';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** An ONNX file, as ONNX Runtime and as a reader of its bytes see it. */
export interface OnnxNetwork {
  readonly model: ModelProto;
  readonly metadata: Readonly<Record<string, string>>;
  /** @param pixels uint8 [N, height, width, 3] */
  run(pixels: Uint8Array, size: readonly [number, number]): Promise<{ logits: number[]; probabilities: number[] }>;
}

export async function openOnnx(file: string): Promise<OnnxNetwork> {
  const bytes = await readFile(file);
  const model = fromBinary(ModelProtoSchema, bytes);
  const session = await InferenceSession.create(file, { logSeverityLevel: 3 });
  return {
    model,
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    async run(pixels, [height, width]) {
      const images = pixels.length / (height * width * 3);
      const tensor = new Tensor('float32', channelsFirst(pixels, height * width), [images, 3, height, width]);
      const { logits, probabilities } = await session.run({ pixels: tensor });
      const classes = logits.data.length / images;
      for (const output of [logits, probabilities])
        if (output.dims.join() !== [images, classes].join()) throw new Error(`an output has the shape ${output.dims.join()}`);
      return { logits: [...(logits.data as Float32Array)], probabilities: [...(probabilities.data as Float32Array)] };
    },
  };
}

/** Largest difference, in units of the largest number that is expected. */
export function relativeDifference(values: readonly number[], expected: readonly number[]): number {
  if (values.length !== expected.length) return Infinity;
  return Math.max(...values.map((v, i) => Math.abs(v - expected[i]))) / Math.max(...expected.map(Math.abs));
}

/** Sizes of a port; a free one by its name. */
export function portShape({ type }: ValueInfoProto): (number | string)[] {
  if (type?.value.case !== 'tensorType') throw new Error('not a tensor');
  return type.value.value.shape!.dim.map(({ value }) => (value.case === 'dimParam' ? value.value : Number(value.value)));
}

/** What is wrong with a graph: an input that nothing before it made, a name made twice, a constant that nothing uses. */
export function graphFaults({ graph }: ModelProto): string[] {
  const { node, initializer, input, output } = graph!;
  const faults: string[] = [];
  const made = new Set([...input, ...initializer].map(({ name }) => name));
  const used = new Set(output.map(({ name }) => name));
  for (const { name, input, output } of node) {
    for (const each of input) if (!made.has(each)) faults.push(`${name} reads ${each}, which nothing before it made`);
    for (const each of output) if (made.has(each)) faults.push(`${each} is made twice`);
    input.forEach((each) => used.add(each));
    output.forEach((each) => made.add(each));
  }
  for (const each of made) if (!used.has(each)) faults.push(`nothing uses ${each}`);
  return faults;
}

function channelsFirst(pixels: Uint8Array, area: number): Float32Array {
  const result = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const [image, at] = [Math.floor(i / (3 * area)), i % (3 * area)];
    result[image * 3 * area + (at % 3) * area + Math.floor(at / 3)] = pixels[i];
  }
  return result;
}
