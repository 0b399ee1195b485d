/**
 * TensorFlow's operators in ONNX (opset 17), one entry each: what `main/models` computes with in evaluation. An operator that is
 * not here is an error that names it: add it, and a network that uses it to the tests.
 */
import type { GraphNode } from '../../engine/graph.ts';
import { LabError } from '../../../shared/contract/errors.ts';
import { DataType, type OnnxGraph } from './graph.ts';
import { TO_CHANNELS_FIRST, Value } from './value.ts';

/** An operator that is being translated. */
export interface Operator {
  readonly graph: OnnxGraph;
  readonly node: GraphNode;
  readonly inputs: readonly Value[];
  /** of every output, as recorded */
  readonly shapes: readonly (readonly number[])[];
  /** name of the number of images [1], int64 */
  batch(): string;
}

/** @returns a value per output */
type Translation = (operator: Operator) => Value | Value[];

/** TF_DataType to ONNX's. */
const TYPES: Readonly<Record<number, DataType>> = { 1: DataType.FLOAT, 3: DataType.INT32, 10: DataType.BOOL };
/** The end of an axis, however long it is. */
const END = Number.MAX_SAFE_INTEGER;

export const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  // element by element
  Add: same('Add'),
  BiasAdd: same('Add'),
  Sub: same('Sub'),
  Mul: same('Mul'),
  FloorMod: same('Mod', { fmod: 1 }), // the same for numbers that are not negative
  NotEqual: elementwise((graph, inputs) => graph.add('Not', [graph.add('Equal', inputs)])),
  Square: elementwise((graph, [x]) => graph.add('Mul', [x, x])),
  Rsqrt: elementwise((graph, [x]) => graph.add('Reciprocal', [graph.add('Sqrt', [x])])),
  Erf: same('Erf'),
  Sin: same('Sin'),
  Cos: same('Cos'),
  Relu: same('Relu'),
  Relu6: elementwise((graph, [x]) => graph.add('Clip', [x, number(graph, 0), number(graph, 6)])),
  Cast: (operator) => {
    const [from, to] = [attribute<number>(operator, 'SrcT'), attribute<number>(operator, 'DstT')];
    if (from === to) return operator.inputs[0]; // tfjs casts to be sure
    return result(operator, 'Cast', [operator.inputs[0].name], { to: TYPES[to] ?? refuse(operator, `casts to type ${to}`) });
  },

  // images
  Conv2D: (operator) => {
    const [x, filter] = operator.inputs;
    const attributes = windowOf(operator, filter.shape, x.shape, operator.shapes[0]);
    return image(operator, 'Conv', [x.channelsFirst, filter.transposed([3, 2, 0, 1])], attributes); // (out, in, height, width)
  },
  DepthwiseConv2dNative: (operator) => {
    const [x, filter] = operator.inputs;
    const [, , channels, multiplier] = filter.shape;
    if (multiplier !== 1) refuse(operator, `has ${multiplier} filters per channel`);
    const attributes = { ...windowOf(operator, filter.shape, x.shape, operator.shapes[0]), group: channels };
    return image(operator, 'Conv', [x.channelsFirst, filter.transposed([2, 3, 0, 1])], attributes); // (C, 1, height, width)
  },
  Conv2DBackpropInput: (operator) => {
    const [, filter, x] = operator.inputs;
    const attributes = windowOf(operator, filter.shape, operator.shapes[0], x.shape); // a convolution the other way round
    const { strides, kernel_shape: kernel, pads } = attributes;
    const missing = [0, 1].map((i) => {
      const covered = strides[i] * (x.shape[i + 1] - 1) + kernel[i] - pads[i] - pads[i + 2];
      return operator.shapes[0][i + 1] - covered;
    });
    const turned = filter.transposed([3, 2, 0, 1]); // (in, out, height, width)
    return image(operator, 'ConvTranspose', [x.channelsFirst, turned], { ...attributes, output_padding: missing });
  },
  MaxPool: (operator) => {
    const [x] = operator.inputs;
    const [, height, width] = attribute<number[]>(operator, 'ksize');
    const { dilations: _, ...attributes } = windowOf(operator, [height, width], x.shape, operator.shapes[0]);
    return image(operator, 'MaxPool', [x.channelsFirst], attributes);
  },
  FusedBatchNorm: (operator) => {
    if (attribute<boolean>(operator, 'is_training')) refuse(operator, 'is in training mode');
    const [x, ...parameters] = operator.inputs;
    const inputs = [x.channelsFirst, ...parameters.map(({ name }) => name)];
    return image(operator, 'BatchNormalization', inputs, { epsilon: { float: attribute<number>(operator, 'epsilon') } });
  },
  PadV2: (operator) => {
    const { graph, inputs } = operator;
    const [x, paddings, value] = inputs;
    const sides = numbers(operator, paddings);
    const pads = (axes: readonly number[]) => graph.ints([0, 1].flatMap((side) => axes.map((axis) => sides[2 * axis + side])));
    if (x.isChannelsFirst) return image(operator, 'Pad', [x.channelsFirst, pads(TO_CHANNELS_FIRST), value.name]);
    return result(operator, 'Pad', [x.name, pads(x.shape.map((_, axis) => axis)), value.name]);
  },

  // sums and products
  MatMul: (operator) => {
    const [a, b] = operator.inputs;
    const turned = (value: Value, turn: boolean) => (turn ? value.transposed([1, 0]) : value.name);
    const [turnA, turnB] = [attribute<boolean>(operator, 'transpose_a'), attribute<boolean>(operator, 'transpose_b')];
    return result(operator, 'MatMul', [turned(a, turnA), turned(b, turnB)]);
  },
  BatchMatMulV2: (operator) => {
    const turned = (value: Value, turn: boolean) => (turn ? value.transposed(lastTwoSwapped(value.shape.length)) : value.name);
    const [a, b] = operator.inputs;
    const [turnA, turnB] = [attribute<boolean>(operator, 'adj_x'), attribute<boolean>(operator, 'adj_y')];
    return result(operator, 'MatMul', [turned(a, turnA), turned(b, turnB)]);
  },
  Mean: (operator) => {
    const [x, axes] = operator.inputs;
    const keepdims = attribute<boolean>(operator, 'keep_dims') ? 1 : 0;
    return result(operator, 'ReduceMean', [x.name], { axes: numbers(operator, axes), keepdims });
  },
  Softmax: (operator) => result(operator, 'Softmax', [operator.inputs[0].name], { axis: -1 }),

  // moving values about
  Reshape: (operator) => {
    const [x, sizes] = operator.inputs;
    const [shape] = operator.shapes;
    if (x.known && !sizes.known?.perImage) return Value.known(operator.graph, shape, x.known);
    return result(operator, 'Reshape', [x.name, operator.graph.ints(freeSizes(operator, sizes))]);
  },
  Transpose: (operator) => {
    const [x, order] = operator.inputs;
    return Value.asRecorded(operator.graph, operator.shapes[0], x.transposed(numbers(operator, order)));
  },
  Slice: (operator) => {
    const [x, begins, sizes] = operator.inputs;
    const [starts, lengths] = [numbers(operator, begins), [...(sizes.known?.values ?? [])]];
    const cut = x.shape.map((_, axis) => axis).filter((axis) => lengths[axis] < x.shape[axis]);
    if (cut.some((axis) => sizes.known?.perImage?.[axis])) refuse(operator, 'cuts images off a batch');
    const from = cut.map((axis) => starts[axis]);
    const to = cut.map((axis) => starts[axis] + lengths[axis]);
    return Value.asRecorded(operator.graph, operator.shapes[0], slice(operator.graph, x.name, from, to, cut));
  },
  Roll: (operator) => {
    const { graph, inputs, shapes } = operator;
    const [x, shifts, axes] = inputs;
    const by = numbers(operator, shifts);
    const rolled = numbers(operator, axes).reduce((name, axis, i) => {
      if (by[i] === 0) return name;
      const parts = [slice(graph, name, [-by[i]], [END], [axis]), slice(graph, name, [0], [-by[i]], [axis])];
      return graph.add('Concat', parts, { axis });
    }, x.name);
    return Value.asRecorded(graph, shapes[0], rolled);
  },
  Tile: (operator) => {
    const [x, times] = operator.inputs;
    return result(operator, 'Tile', [x.name, sizesAtRun(operator, times)]);
  },
  ConcatV2: (operator) => {
    const parts = operator.inputs.slice(0, -1);
    const [axis] = numbers(operator, operator.inputs.at(-1)!);
    return result(
      operator,
      'Concat',
      parts.map(({ name }) => name),
      { axis },
    );
  },
  Pack: (operator) => {
    const { graph, inputs } = operator;
    const axis = attribute<number>(operator, 'axis');
    const parts = inputs.map(({ name }) => graph.add('Unsqueeze', [name, graph.ints([axis])]));
    return result(operator, 'Concat', parts, { axis });
  },
  Unpack: (operator) => {
    const { graph, inputs, shapes } = operator;
    const axis = attribute<number>(operator, 'axis');
    const at = (i: number) => graph.constant(BigInt64Array.of(BigInt(i)), []);
    return shapes.map((shape, i) => Value.asRecorded(graph, shape, graph.add('Gather', [inputs[0].name, at(i)], { axis })));
  },
  GatherV2: (operator) => {
    const [x, indices, axes] = operator.inputs;
    const [axis] = numbers(operator, axes);
    return result(operator, 'Gather', [x.name, indices.name], { axis });
  },

  // constants that are too large to be written down
  Fill: (operator) => {
    const [sizes, value] = operator.inputs;
    return result(operator, 'Expand', [value.name, sizesAtRun(operator, sizes)]);
  },
  Range: (operator) => {
    const [[start], [limit], [delta]] = operator.inputs.map((input) => numbers(operator, input));
    const values = Float32Array.from({ length: Math.max(0, Math.ceil((limit - start) / delta)) }, (_, i) => start + i * delta);
    return Value.known(operator.graph, operator.shapes[0], { values });
  },
  OneHot: (operator) => {
    const { graph, inputs } = operator;
    const [indices, depths, on, off] = inputs;
    if (attribute<number>(operator, 'axis') !== -1) refuse(operator, 'has its classes on another axis than the last');
    const [depth] = numbers(operator, depths);
    const classes = graph.constant(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
    );
    const isClass = graph.add('Equal', [graph.add('Unsqueeze', [indices.name, graph.ints([-1])]), classes]);
    return result(operator, 'Where', [isClass, on.name, off.name]);
  },
};

type Attributes = Parameters<OnnxGraph['add']>[2];

/** An operator that ONNX has, element by element. */
function same(op: string, attributes?: Attributes): Translation {
  return elementwise((graph, inputs) => graph.add(op, inputs, attributes));
}

/** The same for every element: where all inputs fit, images stay in NCHW, and no Transpose comes between convolutions. */
function elementwise(compute: (graph: OnnxGraph, inputs: readonly string[]) => string): Translation {
  return ({ graph, inputs, shapes: [shape] }) => {
    const first = inputs.some((value) => value.isChannelsFirst) && inputs.every((value) => value.fitsChannelsFirst);
    if (!first) return Value.asRecorded(graph, shape, compute(graph, inputs.map(({ name }) => name))); // prettier-ignore
    return Value.channelsFirst(graph, shape, compute(graph, inputs.map(({ channelsFirst }) => channelsFirst))); // prettier-ignore
  };
}

function result({ graph, shapes }: Operator, op: string, inputs: readonly string[], attributes?: Attributes): Value {
  return Value.asRecorded(graph, shapes[0], graph.add(op, inputs, attributes));
}

/** A result in NCHW. */
function image({ graph, shapes }: Operator, op: string, inputs: readonly string[], attributes?: Attributes): Value {
  return Value.channelsFirst(graph, shapes[0], graph.add(op, inputs, attributes));
}

/** How a window goes over an image [N, height, width, C], with TensorFlow's padding "SAME" in pixels. */
function windowOf(operator: Operator, kernel: readonly number[], input: readonly number[], output: readonly number[]) {
  if (attribute<string>(operator, 'data_format') !== 'NHWC') refuse(operator, 'has images that are not NHWC');
  const spatial = (name: string, none?: number[]) => attribute<number[]>(operator, name, none).slice(1, 3);
  const [strides, dilations] = [spatial('strides'), spatial('dilations', [1, 1, 1, 1])];
  const same = attribute<string>(operator, 'padding') === 'SAME';
  const padding = [0, 1].map((i) => {
    const reach = (output[i + 1] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
    return same ? Math.max(0, reach - input[i + 1]) : 0;
  });
  const before = padding.map((pixels) => Math.floor(pixels / 2));
  const pads = [...before, ...padding.map((pixels, i) => pixels - before[i])];
  return { kernel_shape: kernel.slice(0, 2), strides, dilations, pads };
}

function lastTwoSwapped(rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return [...axes.slice(0, -2), rank - 1, rank - 2];
}

function slice(graph: OnnxGraph, x: string, from: readonly number[], to: readonly number[], axes: readonly number[]): string {
  return graph.add('Slice', [x, graph.ints(from), graph.ints(to), graph.ints(axes)]);
}

function number(graph: OnnxGraph, value: number): string {
  return graph.constant(Float32Array.of(value), []);
}

/** The value of an attribute. */
function attribute<T>(operator: Operator, name: string, none?: T): T {
  const found = operator.node.attributes.find((attribute) => attribute.name === name);
  if (found && 'value' in found) return found.value as T;
  return none ?? refuse(operator, `has no attribute "${name}"`);
}

/** The numbers of an input that decides shapes, the same for any batch. */
function numbers(operator: Operator, { known }: Value): number[] {
  if (!known || known.perImage) return refuse(operator, 'has a size or axis that is computed');
  return [...known.values];
}

/** Sizes of which one may count images: that one is -1, which ONNX works out from the others, and so those are all written down. */
function freeSizes(operator: Operator, { known }: Value): number[] {
  if (!known) return refuse(operator, 'has a shape that is computed');
  const { values, perImage } = known;
  if (!perImage) return [...values];
  if (perImage.filter((multiple) => multiple !== 0).length > 1) refuse(operator, 'counts images along two axes');
  return Array.from(values, (size, i) => (perImage[i] ? -1 : size === -1 ? operator.shapes[0][i] : size));
}

/** Name of sizes, those that count images computed from the batch. */
function sizesAtRun(operator: Operator, { known }: Value): string {
  if (!known) return refuse(operator, 'has a size that is computed');
  const { graph } = operator;
  const { values, perImage } = known;
  if (!perImage) return graph.ints([...values]);
  const fixed = graph.ints(Array.from(values, (size, i) => (perImage[i] ? 0 : size)));
  return graph.add('Add', [fixed, graph.add('Mul', [graph.ints(perImage), operator.batch()])]);
}

function refuse({ node }: Operator, what: string): never {
  throw new LabError('internal', `ONNX export does not know this form of the operator ${node.op}: it ${what}.`);
}
