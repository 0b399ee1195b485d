import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binding, NodeBackend, TensorValues } from './binding.ts';
import { GRAPH_TAG } from './graph.ts';
import { mixedPrecision } from './precision.ts';
import { Recorder } from './recorder.ts';
import {
  type CompileOptions,
  fitting,
  type InputSpec,
  known,
  type Program,
  type Step,
  typeOf,
  type VariableSpec,
} from './step.ts';
import { GraphBuilder, type RecordedStep } from './step-graph.ts';

/** The step as a TensorFlow graph in a session of its own. */
export class GraphProgram<Inputs extends string> implements Program<Inputs> {
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
      const values = fitting(`input "${name}"`, shape, feeds[name as Inputs]);
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
      names.map((name) => `read/${known(this.shapes, name).index}`),
    );
    return new Map(names.map((name, i) => [name, values[i]]));
  }

  write(values: ReadonlyMap<string, Float32Array>): void {
    const written = [...values].map(([name, values]) => {
      const { index, shape } = known(this.shapes, name);
      return { index, shape, values: fitting(`variable "${name}"`, shape, values) };
    });
    this.execute(
      written.map(({ index, shape, values }) => ({ name: `set/${index}`, shape, dtype: this.binding.TF_FLOAT, values })),
      written.map(({ index }) => `written/${index}`),
    );
  }

  /** Gives the variables their initial values. Those without are cleared inside the session, at no cost here. */
  start(variables: ReadonlyMap<string, VariableSpec>): void {
    const given = [...variables].flatMap(([name, { values }]) => (values ? [[name, values] as const] : []));
    const cleared = [...variables].filter(([, { values }]) => !values).map(([name]) => known(this.shapes, name).index);
    this.write(new Map(given));
    this.execute(
      [],
      cleared.map((index) => `cleared/${index}`),
    );
  }

  dispose(): void {
    this.binding.deleteSavedModel(this.session);
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

/**
 * Runs a step once and writes its operators down. Inputs stand as nodes `in/NAME`, variables as `value/INDEX`.
 * @throws Error when the step reads values, or brings in a large tensor
 */
export function recordStep<Inputs extends string>(
  backend: NodeBackend,
  step: Step<Inputs>,
  inputs: Readonly<Record<Inputs, InputSpec>>,
  variables: ReadonlyMap<string, VariableSpec>,
): RecordedStep {
  const { binding } = backend;
  const recorder = new Recorder(backend);
  const held = new Map<string, tf.Variable>();
  let recorded!: RecordedStep;
  recorder.record(() => {
    try {
      tf.tidy(() => {
        const given = Object.entries<InputSpec>(inputs).map(([name, spec]) => {
          const tensor = recorder.argument({ name: `in/${name}`, shape: spec.shape, dtype: typeOf(binding, spec.dtype) });
          return [name, widened(backend, tensor, spec)];
        });
        [...variables].forEach(([name, { shape }], index) => {
          const value = recorder.argument({ name: `value/${index}`, shape, dtype: binding.TF_FLOAT });
          held.set(name, tf.variable(value));
        });
        const { outputs, updates = new Map() } = step(Object.fromEntries(given), held);
        const list = (entries: Iterable<[string, tf.Tensor]>) =>
          [...entries].map(([name, tensor]) => ({ name, from: recorder.refOf(tensor) }));
        recorded = { outputs: list(Object.entries(outputs)), updates: list(updates), nodes: recorder.nodes };
      });
    } finally {
      for (const variable of held.values()) variable.dispose(); // no scope frees them
    }
  });
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
