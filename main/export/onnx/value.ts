import { transpose } from '../../models/layout.ts';
import type { OnnxGraph } from './graph.ts';

export const TO_CHANNELS_FIRST = [0, 3, 1, 2];
const TO_CHANNELS_LAST = [0, 2, 3, 1];

/** Numbers that are known before the network runs: a parameter or a constant. */
export interface Known {
  readonly values: Float32Array | Int32Array;
  /** how a parameter is called */
  readonly name?: string;
  /** what multiple of the batch each number is, where they count images */
  readonly perImage?: readonly number[];
}

/**
 * A recorded tensor in the graph. TensorFlow's images are NHWC and ONNX's convolutions NCHW: a value has both forms, the other one
 * made by a Transpose when it is first asked for.
 */
export class Value {
  /** as recorded, at the first of the two batch sizes */
  readonly shape: readonly number[];
  readonly known: Known | undefined;
  private readonly graph: OnnxGraph;
  private own: string | undefined;
  private first: string | undefined;

  private constructor(graph: OnnxGraph, shape: readonly number[], names: { own?: string; first?: string }, known?: Known) {
    this.graph = graph;
    this.shape = shape;
    this.known = known;
    this.own = names.own;
    this.first = names.first;
  }

  /** @param name of a tensor as it was recorded */
  static asRecorded(graph: OnnxGraph, shape: readonly number[], name: string): Value {
    return new Value(graph, shape, { own: name });
  }

  /** @param shape NHWC, as it was recorded @param name of the tensor in NCHW */
  static channelsFirst(graph: OnnxGraph, shape: readonly number[], name: string): Value {
    return new Value(graph, shape, { first: name });
  }

  static known(graph: OnnxGraph, shape: readonly number[], known: Known): Value {
    return new Value(graph, shape, {}, known);
  }

  /** Name of the tensor as it was recorded. */
  get name(): string {
    if (this.known) return (this.own ??= this.graph.constant(this.known.values, this.shape, this.known.name));
    return (this.own ??= this.graph.add('Transpose', [this.first!], { perm: TO_CHANNELS_LAST }));
  }

  get isChannelsFirst(): boolean {
    return this.first !== undefined && !this.known;
  }

  /** Whether no Transpose is needed to meet images in NCHW: a number, or one per channel. */
  get fitsChannelsFirst(): boolean {
    return this.isChannelsFirst || (this.known !== undefined && this.shape.length <= 1);
  }

  /** Name of the tensor in NCHW; one number per channel becomes [C, 1, 1]. */
  get channelsFirst(): string {
    const { known, shape, graph } = this;
    if (known && shape.length === 0) return this.name;
    if (known && shape.length === 1) return (this.first ??= graph.constant(known.values, [...shape, 1, 1], known.name));
    return (this.first ??= graph.add('Transpose', [this.name], { perm: TO_CHANNELS_FIRST }));
  }

  /** Name of the tensor with its axes in another order: the numbers of a parameter are moved now. */
  transposed(order: readonly number[]): string {
    const { known, shape, graph } = this;
    if (!(known?.values instanceof Float32Array)) return graph.add('Transpose', [this.name], { perm: order });
    const turned = order.map((axis) => shape[axis]);
    return graph.constant(transpose(known.values, shape, order), turned, known.name);
  }
}
