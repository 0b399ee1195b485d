import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binding, NodeBackend, OpAttribute, TensorValues } from './binding.ts';
import { GRAPH_TAG, type GraphAttribute, type GraphFunction, type GraphNode, savedModel } from './graph.ts';
import { nodeBackend } from './operators/node.ts';
import { mixedPrecision, type Precision } from './precision.ts';
import { Recorder } from './recorder.ts';

/**
 * How a step runs, the fastest first:
 *   xla       one function that XLA compiles for this processor
 *   session   a TensorFlow graph, operator by operator
 *   eager     tfjs as it is, on any backend
 */
export const RUNGS = ['xla', 'session', 'eager'] as const;
export type Rung = (typeof RUNGS)[number];

/** An input of a step. A `uint8` input reaches the step as float32 0..255: it is fed in a quarter of the bytes. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'uint8';
}

/** A float32 variable: state that lives from step to step. */
export interface VariableSpec {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface StepResult {
  /** what every call returns, by name */
  readonly outputs: Readonly<Record<string, tf.Tensor>>;
  /** new values of variables, by name; they are seen by the next call */
  readonly updates?: ReadonlyMap<string, tf.Tensor>;
}

/**
 * One step as a pure function of its inputs and variables. It is run once to be recorded: whatever JavaScript computes in it
 * stays as it was then, so what differs from call to call (learning rate, seeds) must be an input.
 */
export type Step<Inputs extends string> = (
  inputs: Readonly<Record<Inputs, tf.Tensor>>,
  variables: ReadonlyMap<string, tf.Variable>,
) => StepResult;

export interface CompileOptions<Inputs extends string> {
  readonly inputs: Readonly<Record<Inputs, InputSpec>>;
  readonly variables: ReadonlyMap<string, VariableSpec>;
  /** the highest rung to try; default: "xla" */
  readonly rung?: Rung;
  /** of multiplications; a rung that cannot do it is refused, but "eager" computes in float32 instead. Default: "float32" */
  readonly precision?: Precision;
}

/** Why a rung was not taken. */
export interface Refusal {
  readonly rung: Rung;
  readonly reason: string;
}

/** A step, ready to run. */
export interface CompiledStep<Inputs extends string> {
  readonly rung: Rung;
  readonly precision: Precision;
  readonly refusals: readonly Refusal[];
  /** seconds from recording to the end of the first run */
  readonly compileSeconds: number;
  /** Runs one step. An array must not change before the call returns. @returns float32 values of every output */
  run(feeds: Readonly<Record<Inputs, TensorValues>>): Record<string, Float32Array>;
  /** Values of the named variables (default: all). */
  read(names?: Iterable<string>): Map<string, Float32Array>;
  write(values: ReadonlyMap<string, Float32Array>): void;
  /** Frees the session, the variables and everything compiled. */
  dispose(): void;
}

/**
 * Compiles a step on the highest rung that works: recorded once, then run as a graph whose variables live in its session.
 * Below tfjs-node's backend every step runs eagerly.
 * @throws Error when the step itself fails
 */
export function compile<Inputs extends string>(step: Step<Inputs>, options: CompileOptions<Inputs>): CompiledStep<Inputs> {
  const { rung = 'xla' } = options;
  const backend = nodeBackend();
  const refusals: Refusal[] = [];
  for (const candidate of RUNGS.slice(RUNGS.indexOf(rung))) {
    const started = performance.now();
    const done = (program: Program<Inputs>): CompiledStep<Inputs> => ({
      rung: candidate,
      precision: candidate === 'eager' ? 'float32' : (options.precision ?? 'float32'),
      refusals,
      compileSeconds: (performance.now() - started) / 1000,
      run: (feeds) => program.run(feeds),
      read: (names = options.variables.keys()) => program.read([...names]),
      write: (values) => program.write(values),
      dispose: () => program.dispose(),
    });
    if (candidate === 'eager') return done(new EagerProgram(step, options));
    if (!backend) {
      refusals.push({ rung: candidate, reason: `the backend "${tf.getBackend()}" records no graphs` });
      continue;
    }
    let program: Program<Inputs> | null = null;
    try {
      program = new GraphProgram(backend, step, options, candidate === 'xla');
      warmUp(program, options);
      return done(program);
    } catch (error) {
      program?.dispose();
      refusals.push({ rung: candidate, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new Error('unreachable: the last rung is always taken');
}

interface Program<Inputs extends string> {
  run(feeds: Readonly<Record<Inputs, TensorValues>>): Record<string, Float32Array>;
  read(names: readonly string[]): Map<string, Float32Array>;
  write(values: ReadonlyMap<string, Float32Array>): void;
  dispose(): void;
}

/** TensorFlow compiles in the first run: done here on zeros, so that a failure shows now; then the variables start again. */
function warmUp<Inputs extends string>(program: Program<Inputs>, { inputs, variables }: CompileOptions<Inputs>): void {
  const values = new Map([...variables].map(([name, { values }]) => [name, values]));
  const zeros = Object.entries<InputSpec>(inputs).map(([name, spec]) => [name, zerosFor(spec)]);
  program.write(values);
  program.run(Object.fromEntries(zeros));
  program.write(values);
}

function zerosFor({ shape, dtype }: InputSpec): TensorValues {
  const elements = count(shape);
  return dtype === 'uint8' ? new Uint8Array(elements) : dtype === 'int32' ? new Int32Array(elements) : new Float32Array(elements);
}

/** The step as a TensorFlow graph in a session of its own. */
class GraphProgram<Inputs extends string> implements Program<Inputs> {
  private readonly binding: Binding;
  private readonly session: number;
  private readonly inputs: readonly (readonly [name: string, spec: InputSpec])[];
  private readonly outputs: readonly string[];
  private readonly shapes: ReadonlyMap<string, { readonly index: number; readonly shape: readonly number[] }>;

  constructor(backend: NodeBackend, step: Step<Inputs>, options: CompileOptions<Inputs>, xla: boolean) {
    const { inputs, variables, precision = 'float32' } = options;
    this.binding = backend.binding;
    this.inputs = Object.entries<InputSpec>(inputs);
    this.shapes = new Map([...variables].map(([name, { shape }], index) => [name, { index, shape }]));
    const step32 = recordStep(backend, step, inputs, variables);
    const recorded = { ...step32, nodes: mixedPrecision(step32.nodes, precision, this.binding) };
    this.outputs = recorded.outputs.map(({ name }) => name);
    const graph = new GraphBuilder(this.binding, this.inputs, this.shapes, recorded);
    this.session = load(this.binding, xla ? graph.compiled() : graph.plain());
  }

  run(feeds: Readonly<Record<Inputs, TensorValues>>): Record<string, Float32Array> {
    const tensors = this.inputs.map(([name, { shape, dtype }]) => {
      const values = feeds[name as Inputs];
      if (values.length !== count(shape))
        throw new Error(`input "${name}" has ${values.length} values, but its shape is [${shape.join(', ')}]`);
      return { name: `in/${name}`, shape, dtype: typeOf(this.binding, dtype), values };
    });
    const values = this.execute(
      tensors,
      this.outputs.map((name) => `out/${name}`),
    );
    return Object.fromEntries(this.outputs.map((name, i) => [name, values[i]]));
  }

  read(names: readonly string[]): Map<string, Float32Array> {
    const values = this.execute(
      [],
      names.map((name) => `read/${this.variable(name).index}`),
    );
    return new Map(names.map((name, i) => [name, values[i]]));
  }

  write(values: ReadonlyMap<string, Float32Array>): void {
    const written = [...values].map(([name, values]) => ({ ...this.variable(name), values }));
    this.execute(
      written.map(({ index, shape, values }) => ({ name: `set/${index}`, shape, dtype: this.binding.TF_FLOAT, values })),
      written.map(({ index }) => `written/${index}`),
    );
  }

  dispose(): void {
    this.binding.deleteSavedModel(this.session);
  }

  private variable(name: string) {
    const known = this.shapes.get(name);
    if (!known) throw new Error(`there is no variable "${name}"`);
    return known;
  }

  private execute(
    feeds: readonly { name: string; shape: readonly number[]; dtype: number; values: TensorValues }[],
    fetches: readonly string[],
  ): Float32Array[] {
    if (fetches.length === 0) return [];
    const { binding } = this;
    const ids = feeds.map(({ shape, dtype, values }) => binding.createTensor(shape, dtype, values));
    try {
      const names = (list: readonly string[]) => list.map((name) => `${name}:0`).join(',');
      const results = binding.runSavedModel(this.session, ids, names(feeds.map(({ name }) => name)), names(fetches));
      const values = results.map(({ id }) => binding.tensorDataSync(id) as Float32Array);
      for (const { id } of results) binding.deleteTensor(id);
      return values;
    } finally {
      for (const id of ids) binding.deleteTensor(id);
    }
  }
}

interface RecordedStep {
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly { readonly name: string; readonly from: GraphNode['inputs'][number] }[];
  readonly updates: readonly { readonly name: string; readonly from: GraphNode['inputs'][number] }[];
}

function recordStep<Inputs extends string>(
  backend: NodeBackend,
  step: Step<Inputs>,
  inputs: Readonly<Record<Inputs, InputSpec>>,
  variables: ReadonlyMap<string, VariableSpec>,
): RecordedStep {
  const { binding } = backend;
  const recorder = new Recorder(backend);
  let recorded!: RecordedStep;
  recorder.record(() =>
    tf.tidy(() => {
      const given = Object.entries<InputSpec>(inputs).map(([name, spec]) => {
        const tensor = recorder.argument({ name: `in/${name}`, shape: spec.shape, dtype: typeOf(binding, spec.dtype) });
        return [name, widened(backend, tensor, spec)];
      });
      const held = [...variables].map(
        ([name, { shape }], index) =>
          [name, tf.variable(recorder.argument({ name: `value/${index}`, shape, dtype: binding.TF_FLOAT }))] as const,
      );
      const { outputs, updates = new Map() } = step(Object.fromEntries(given), new Map(held));
      const list = (entries: Iterable<[string, tf.Tensor]>) =>
        [...entries].map(([name, tensor]) => ({ name, from: recorder.refOf(tensor) }));
      recorded = { outputs: list(Object.entries(outputs)), updates: list(updates), nodes: recorder.nodes };
      for (const [, variable] of held) variable.dispose();
    }),
  );
  return recorded;
}

/** uint8 becomes float32 where the step sees it. */
function widened(backend: NodeBackend, tensor: tf.Tensor, { dtype }: InputSpec): tf.Tensor {
  if (dtype !== 'uint8') return tensor;
  const { TF_ATTR_TYPE, TF_UINT8, TF_FLOAT } = backend.binding;
  const attributes = [
    { name: 'SrcT', type: TF_ATTR_TYPE, value: TF_UINT8 },
    { name: 'DstT', type: TF_ATTR_TYPE, value: TF_FLOAT },
  ];
  return backend.executeSingleOutput('Cast', attributes, [tensor]);
}

const TF_RESOURCE = 20; // TF_DataType; the addon's typings lack it

/** Puts placeholders, variables and fetches around the recorded operators. */
class GraphBuilder {
  private readonly binding: Binding;
  private readonly inputs: readonly (readonly [name: string, spec: InputSpec])[];
  private readonly variables: readonly { readonly name: string; readonly index: number; readonly shape: readonly number[] }[];
  private readonly step: RecordedStep;

  constructor(
    binding: Binding,
    inputs: readonly (readonly [name: string, spec: InputSpec])[],
    variables: ReadonlyMap<string, { readonly index: number; readonly shape: readonly number[] }>,
    step: RecordedStep,
  ) {
    this.binding = binding;
    this.inputs = inputs;
    this.variables = [...variables].map(([name, facts]) => ({ name, ...facts }));
    this.step = step;
  }

  /** All operators in the graph itself. */
  plain(): Uint8Array {
    const { assigned, nodes } = this.body();
    const fetches = this.step.outputs.map(({ name, from }) => this.identity(`out/${name}`, from, assigned));
    return savedModel(this.binding, [...this.frame(), ...nodes, ...fetches]);
  }

  /** All operators in one function that XLA must compile, and a call of it. */
  compiled(): Uint8Array {
    const { binding } = this;
    const { assigned, nodes: body } = this.body();
    const float = binding.TF_FLOAT;
    const { before, nodes, crossing } = splitRandom(body);
    const results = this.step.outputs.map(({ from }, i) => this.identity(`result/${i}`, from, assigned));
    const step: GraphFunction = {
      name: 'step',
      parameters: [
        ...this.inputs.map(([name, { dtype }]) => ({ name: `in/${name}`, dtype: typeOf(binding, dtype) })),
        ...this.variables.map(({ index }) => ({ name: `variable/${index}`, dtype: TF_RESOURCE })),
        ...crossing.map((name) => ({ name, dtype: float })),
      ],
      nodes: [...nodes, ...results],
      results: results.map(({ name }, i) => ({ name: `y${i}`, dtype: float, from: { node: name, output: 0 } })),
      mustCompile: true,
    };
    const text = (name: string): GraphAttribute => ({ name, type: binding.TF_ATTR_STRING, value: '' });
    const call: GraphNode = {
      name: 'call',
      op: 'StatefulPartitionedCall',
      inputs: step.parameters.map(({ name }) => ({ node: name, output: 0 })),
      attributes: [
        { name: 'Tin', types: step.parameters.map(({ dtype }) => dtype) },
        { name: 'Tout', types: step.results.map(() => float) },
        { name: 'f', functionName: step.name },
        { name: '_XlaMustCompile', type: binding.TF_ATTR_BOOL, value: true },
        text('config'),
        text('config_proto'),
        text('executor_type'),
      ],
    };
    const fetches = this.step.outputs.map(({ name }, output) => this.identity(`out/${name}`, { node: 'call', output }));
    return savedModel(binding, [...this.frame(), ...before, call, ...fetches], [step]);
  }

  /** Reads of the variables, the recorded operators, assignments of what they computed. */
  private body(): { nodes: GraphNode[]; assigned: string[] } {
    const type = this.type('dtype', this.binding.TF_FLOAT);
    const reads = this.variables.map(({ index }): GraphNode => ({
      name: `value/${index}`,
      op: 'ReadVariableOp',
      inputs: [{ node: `variable/${index}`, output: 0 }],
      attributes: [type],
    }));
    const indices = new Map(this.variables.map(({ name, index }) => [name, index]));
    const assignments = this.step.updates.map(({ name, from }): GraphNode => {
      const index = indices.get(name);
      if (index === undefined) throw new Error(`the step updates "${name}", which is no variable`);
      return {
        name: `assign/${index}`,
        op: 'AssignVariableOp',
        inputs: [{ node: `variable/${index}`, output: 0 }, from],
        after: [`value/${index}`], // every operator sees the value from before the step
        attributes: [type],
      };
    });
    return { nodes: [...reads, ...this.step.nodes, ...assignments], assigned: assignments.map(({ name }) => name) };
  }

  /** Placeholders of the inputs; per variable its handle, and nodes to read it and to set it from outside. */
  private frame(): GraphNode[] {
    const { binding } = this;
    const float = this.type('dtype', binding.TF_FLOAT);
    const shaped = (shape: readonly number[]): OpAttribute => ({ name: 'shape', type: binding.TF_ATTR_SHAPE, value: [...shape] });
    const inputs = this.inputs.map(([name, { shape, dtype }]): GraphNode => ({
      name: `in/${name}`,
      op: 'Placeholder',
      inputs: [],
      attributes: [this.type('dtype', typeOf(binding, dtype)), shaped(shape)],
    }));
    const variables = this.variables.flatMap(({ index, shape }): GraphNode[] => {
      const handle = { node: `variable/${index}`, output: 0 };
      const sharedName = { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `variable/${index}` };
      const done = { name: 'value', tensor: { shape: [], dtype: binding.TF_FLOAT, values: new Float32Array(1) } };
      return [
        { name: handle.node, op: 'VarHandleOp', inputs: [], attributes: [float, shaped(shape), sharedName] },
        { name: `read/${index}`, op: 'ReadVariableOp', inputs: [handle], attributes: [float] },
        { name: `set/${index}`, op: 'Placeholder', inputs: [], attributes: [float, shaped(shape)] },
        {
          name: `store/${index}`,
          op: 'AssignVariableOp',
          inputs: [handle, { node: `set/${index}`, output: 0 }],
          attributes: [float],
        },
        { name: `written/${index}`, op: 'Const', inputs: [], after: [`store/${index}`], attributes: [float, done] },
      ];
    });
    return [...inputs, ...variables];
  }

  private identity(name: string, from: GraphNode['inputs'][number], after: readonly string[] = []): GraphNode {
    return { name, op: 'Identity', inputs: [from], after, attributes: [this.type('T', this.binding.TF_FLOAT)] };
  }

  private type(name: string, value: number): OpAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }
}

/**
 * XLA draws other random numbers from the same seed than TensorFlow does. So that every rung drops the same values, they are
 * drawn outside of the compiled function, by operators that depend on inputs and constants only, and handed to it.
 */
function splitRandom(body: readonly GraphNode[]): { before: GraphNode[]; nodes: GraphNode[]; crossing: string[] } {
  const byName = new Map(body.map((node) => [node.name, node]));
  const outside = new Set<GraphNode>();
  const take = (node: GraphNode) => {
    if (outside.has(node)) return;
    outside.add(node);
    for (const { node: input } of node.inputs) if (byName.has(input)) take(byName.get(input)!);
  };
  const drawn = body.filter(({ op }) => op.startsWith('StatelessRandom'));
  drawn.forEach(take);
  if ([...outside].some(({ op }) => op === 'ReadVariableOp'))
    throw new Error('a seed that depends on a variable cannot be compiled');
  const names = new Set(drawn.map(({ name }) => name));
  const inside = body.filter(({ name }) => !names.has(name)); // constants and seeds may serve both sides
  return { before: body.filter((node) => outside.has(node)), nodes: inside, crossing: [...names] };
}

/** The addon loads graphs from a folder only. */
function load(binding: Binding, bytes: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'magnilab-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), bytes);
    return binding.loadSavedModel(folder, GRAPH_TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The step as tfjs runs it, with its variables in this process. */
class EagerProgram<Inputs extends string> implements Program<Inputs> {
  private readonly step: Step<Inputs>;
  private readonly inputs: readonly (readonly [name: string, spec: InputSpec])[];
  private readonly variables: ReadonlyMap<string, tf.Variable>;

  constructor(step: Step<Inputs>, { inputs, variables }: CompileOptions<Inputs>) {
    this.step = step;
    this.inputs = Object.entries<InputSpec>(inputs);
    this.variables = new Map(
      [...variables].map(([name, { shape, values }]) => [
        name,
        tf.tidy(() => tf.variable(tf.tensor(values.slice(), [...shape], 'float32'))),
      ]),
    );
  }

  run(feeds: Readonly<Record<Inputs, TensorValues>>): Record<string, Float32Array> {
    return tf.tidy(() => {
      const tensors = this.inputs.map(([name, { shape, dtype }]) => {
        const values = feeds[name as Inputs];
        const type = dtype === 'uint8' ? 'float32' : dtype;
        return [name, tf.tensor(type === 'float32' ? Float32Array.from(values) : values, [...shape], type)];
      });
      const { outputs, updates = new Map<string, tf.Tensor>() } = this.step(Object.fromEntries(tensors), this.variables);
      for (const [name, value] of updates) this.variables.get(name)!.assign(value);
      return Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, Float32Array.from(t.dataSync())]));
    });
  }

  read(names: readonly string[]): Map<string, Float32Array> {
    return new Map(names.map((name) => [name, this.variables.get(name)!.dataSync<'float32'>().slice()]));
  }

  write(values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, value] of values) {
      const variable = this.variables.get(name)!;
      tf.tidy(() => variable.assign(tf.tensor(value.slice(), variable.shape, 'float32')));
    }
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
  }
}

function typeOf(binding: Binding, dtype: InputSpec['dtype']): number {
  return { float32: binding.TF_FLOAT, int32: binding.TF_INT32, uint8: binding.TF_UINT8 }[dtype];
}

function count(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
