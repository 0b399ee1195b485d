import type * as tf from '@tensorflow/tfjs-core';
import type { Binding, NodeBackend, OpAttribute, TensorMetadata, TensorValues } from './binding.ts';
import type { GraphNode, Ref } from './graph.ts';
import { count } from './step.ts';

/** A tensor that stands for a placeholder or variable while a function is recorded. */
export interface Argument {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** Constants up to this many elements decide shapes (axes, paddings, sizes): their values belong to an operator's signature. */
const SHAPING_ELEMENTS = 64;
/** A constant of one repeated value and more elements than this becomes a `Fill`. */
const FILL_ELEMENTS = 256;
/** A constant of more bytes than this is surely meant to be an input or a variable. */
const MAX_CONSTANT_BYTES = 1 << 20;
/** Handles of recorded tensors: far above those that the addon counts up from 0. */
const FIRST_RECORDED_ID = 2 ** 40;

/**
 * Runs tfjs code once while every operator that it calls goes into a list instead of to TensorFlow. Nothing is computed: an
 * operator only runs, on zeros, the first time that its signature (name, attributes, shapes) is met, to learn the shapes that it
 * returns. So recording a network of repeated blocks takes a fraction of an eager step and the memory of one operator.
 *
 * It works by taking the place of `backend.binding`, the one door from tfjs' kernels to TensorFlow. Values that JavaScript
 * computes meanwhile become constants. Reading a recorded tensor's values throws, since there are none.
 */
export class Recorder {
  private readonly backend: NodeBackend;
  private readonly real: Binding;
  /** what was recorded so far, in order */
  readonly nodes: GraphNode[] = [];
  private readonly refs = new Map<number, Ref>();
  private readonly facts = new Map<number, { shape: readonly number[]; dtype: number }>();
  private readonly constants = new Map<number, TensorValues>();
  private readonly signatures = new Map<string, readonly Omit<TensorMetadata, 'id'>[]>();
  private nextId = FIRST_RECORDED_ID;

  constructor(backend: NodeBackend) {
    this.backend = backend;
    this.real = backend.binding;
  }

  /** A tfjs tensor for a parameter of the recorded function. */
  argument({ name, shape, dtype }: Argument): tf.Tensor {
    return this.backend.createOutputTensor(this.recorded({ node: name, output: 0 }, { shape: [...shape], dtype }));
  }

  /**
   * Records what `run` calls. Tensors that outlive it have no values.
   * @throws Error when `run` reads values, or brings in a large tensor that is no argument
   */
  record<T>(run: () => T): T {
    this.backend.binding = this.recordingBinding();
    try {
      return run();
    } finally {
      this.backend.binding = this.real;
    }
  }

  /** Where a tensor comes from. Ask while recording, before the tensor is disposed of. */
  refOf(tensor: tf.Tensor): Ref {
    return this.ref(this.backend.getInputTensorIds([tensor])[0]);
  }

  private recordingBinding(): Binding {
    const { real } = this;
    const recording: Pick<Binding, 'createTensor' | 'deleteTensor' | 'tensorDataSync' | 'executeOp'> = {
      createTensor: (shape, dtype, values) => {
        const id = real.createTensor(shape, dtype, values);
        this.constants.set(id, values);
        this.facts.set(id, { shape: [...shape], dtype });
        return id;
      },
      deleteTensor: (id) => {
        if (id < FIRST_RECORDED_ID) real.deleteTensor(id);
        this.refs.delete(id);
        this.facts.delete(id);
        this.constants.delete(id);
      },
      tensorDataSync: (id) => {
        if (id < FIRST_RECORDED_ID) return real.tensorDataSync(id);
        throw new Error('a recorded step cannot read the values of a tensor: return it as an output instead');
      },
      executeOp: (op, attributes, inputs, outputs) => {
        const name = `${op}_${this.nodes.length}`;
        const refs = inputs.map((id) => this.ref(id)); // may add constants before this node
        const results = this.signature(op, attributes, inputs, outputs);
        this.nodes.push({ name, op, inputs: refs, attributes, shapes: results.map(({ shape }) => shape) });
        return results.map((facts, output) => this.recorded({ node: name, output }, facts));
      },
    };
    const properties = Object.entries(recording).map(([name, value]) => [name, { value }] as const);
    return Object.create(real, Object.fromEntries(properties)); // the addon's own properties cannot be assigned
  }

  private recorded(ref: Ref, { shape, dtype }: Omit<TensorMetadata, 'id'>): TensorMetadata {
    const id = this.nextId++;
    this.refs.set(id, ref);
    this.facts.set(id, { shape, dtype });
    return { id, shape: [...shape], dtype };
  }

  /** Where a handle comes from; one that was not recorded becomes a constant. */
  private ref(id: number): Ref {
    const known = this.refs.get(id);
    if (known) return known;
    if (!this.facts.has(id)) this.capture(id);
    const ref = this.constant(this.facts.get(id)!, this.constants.get(id)!);
    this.refs.set(id, ref);
    return ref;
  }

  /** A tensor from outside of the recorded function. */
  private capture(id: number): void {
    const [{ id: copy, shape, dtype }] = this.real.executeOp('Identity', [], [id], 1); // the only way to a handle's shape
    this.constants.set(id, this.real.tensorDataSync(copy));
    this.facts.set(id, { shape, dtype });
    this.real.deleteTensor(copy);
  }

  private constant({ shape, dtype }: { shape: readonly number[]; dtype: number }, values: TensorValues): Ref {
    const { TF_INT32, TF_ATTR_TYPE } = this.real;
    const type = (name: string, value: number): OpAttribute => ({ name, type: TF_ATTR_TYPE, value });
    const add = (op: string, inputs: Ref[], attributes: GraphNode['attributes'], shape: readonly number[]): Ref => {
      const node = `${op}_${this.nodes.length}`;
      this.nodes.push({ name: node, op, inputs, attributes, shapes: [shape] });
      return { node, output: 0 };
    };
    const literal = (shape: readonly number[], dtype: number, values: TensorValues) =>
      add('Const', [], [type('dtype', dtype), { name: 'value', tensor: { shape, dtype, values: values.slice() } }], shape);
    if (values.length > FILL_ELEMENTS && values.every((v) => v === values[0])) {
      const dims = literal([shape.length], TF_INT32, Int32Array.from(shape));
      const inputs = [dims, literal([], dtype, values.subarray(0, 1))];
      return add('Fill', inputs, [type('T', dtype), type('index_type', TF_INT32)], shape);
    }
    if (values.byteLength > MAX_CONSTANT_BYTES)
      throw new Error(`a recorded step uses a tensor [${shape.join(', ')}] from outside: make it an input or a variable`);
    return literal(shape, dtype, values);
  }

  /** Shapes and types that an operator returns: known by its signature, or learnt by running it on zeros. */
  private signature(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly Omit<TensorMetadata, 'id'>[] {
    const { real } = this;
    const shaping = (id: number) => {
      const values = this.constants.get(id);
      return values && values.length <= SHAPING_ELEMENTS ? values : null;
    };
    const key = JSON.stringify([
      op,
      attributes.map(({ name, value }) => [name, value]),
      outputs,
      inputs.map((id) => [this.facts.get(id), shaping(id) && [...shaping(id)!]]),
    ]);
    const known = this.signatures.get(key);
    if (known) return known;
    const stand = inputs.map((id) => (this.constants.has(id) ? id : this.zeros(this.facts.get(id)!)));
    try {
      const results = real.executeOp(op, attributes, stand, outputs);
      for (const { id } of results) real.deleteTensor(id);
      const facts = results.map(({ shape, dtype }) => ({ shape, dtype }));
      this.signatures.set(key, facts);
      return facts;
    } finally {
      stand.forEach((id, i) => id !== inputs[i] && real.deleteTensor(id));
    }
  }

  /** The addon creates no tensors of types that only exist inside of a step (complex64, half): those are cast. */
  private zeros({ shape, dtype }: { shape: readonly number[]; dtype: number }): number {
    const { TF_FLOAT, TF_INT32, TF_UINT8, TF_BOOL, TF_ATTR_TYPE } = this.real;
    const elements = count(shape);
    if (dtype === TF_INT32) return this.real.createTensor(shape, dtype, new Int32Array(elements));
    if (dtype === TF_UINT8 || dtype === TF_BOOL) return this.real.createTensor(shape, dtype, new Uint8Array(elements));
    const floats = this.real.createTensor(shape, TF_FLOAT, new Float32Array(elements));
    if (dtype === TF_FLOAT) return floats;
    const type = (name: string, value: number): OpAttribute => ({ name, type: TF_ATTR_TYPE, value });
    const [{ id }] = this.real.executeOp('Cast', [type('SrcT', TF_FLOAT), type('DstT', dtype)], [floats], 1);
    this.real.deleteTensor(floats);
    return id;
  }
}
