import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, afterEach, expect, it } from 'vitest';
import type { Binding, NodeBackend } from '../../main/engine/binding.ts';
import type { GraphNode } from '../../main/engine/graph.ts';
import { conv2d } from '../../main/engine/operators/convolution.ts';
import { Recorder } from '../../main/engine/recorder.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';

let backend: NodeBackend;
let binding: Binding;
let handles: number;

beforeAll(async () => {
  ({ backend } = await loadTensorFlow());
  ({ binding } = backend);
});
beforeEach(() => {
  handles = binding.getNumOfTensors();
});
afterEach(() => {
  expect(backend.binding, 'the binding after recording').toBe(binding);
  expect(binding.getNumOfTensors(), 'handles after recording').toBe(handles);
});

/** Records a function of one float32 tensor [2, 3]. */
function record(run: (x: tf.Tensor, recorder: Recorder) => void): readonly GraphNode[] {
  const recorder = new Recorder(backend);
  recorder.record(() => tf.tidy(() => run(recorder.argument({ name: 'x', shape: [2, 3], dtype: binding.TF_FLOAT }), recorder)));
  return recorder.nodes;
}

const operators = (nodes: readonly GraphNode[]) => nodes.map(({ op }) => op);
const constantOf = (node: GraphNode) => {
  const value = node.attributes.find(({ name }) => name === 'value');
  return value && 'tensor' in value ? value.tensor : null;
};

it('lists operators in the order in which they were called, with where their inputs come from', () => {
  const nodes = record((x) => tf.sub(tf.exp(x), tf.square(tf.neg(x))));
  expect(nodes.map(({ op, inputs }) => [op, ...inputs.map(({ node }) => node)])).toEqual([
    ['Exp', 'x'],
    ['Neg', 'x'],
    ['Square', nodes[1].name],
    ['Sub', nodes[0].name, nodes[2].name],
  ]);
  expect(new Set(nodes.map(({ name }) => name)).size).toBe(4);
});

it('knows where a tensor comes from: an argument, an output of an operator, a view of it, a constant', () => {
  let names: string[] = [];
  const nodes = record((x, recorder) => {
    const [first, second] = tf.split(x, [1, 2], 1);
    const refs = [x, first, second, tf.clone(second), tf.reshape(second, [4]), tf.scalar(3)].map((t) => recorder.refOf(t));
    names = refs.map(({ node, output }) => `${node}:${output}`);
  });
  const split = nodes.find(({ op }) => op === 'SplitV')!.name;
  const reshaped = nodes.find(({ op }) => op === 'Reshape');
  expect(names.slice(0, 4)).toEqual(['x:0', `${split}:0`, `${split}:1`, `${split}:1`]);
  expect(names[4]).toBe(reshaped ? `${reshaped.name}:0` : `${split}:1`);
  expect(names[5]).toBe(`${nodes.at(-1)!.name}:0`);
  expect(constantOf(nodes.at(-1)!)).toEqual({ shape: [], dtype: binding.TF_FLOAT, values: Float32Array.of(3) });
});

it('knows the shapes and types that TensorFlow would return', () => {
  record((x) => {
    expect(tf.matMul(x, x, false, true).shape).toEqual([2, 2]);
    expect(tf.argMax(x, 1)).toMatchObject({ shape: [2], dtype: 'int32' });
    expect(tf.greater(x, 0)).toMatchObject({ shape: [2, 3], dtype: 'bool' });
    expect(tf.slice(x, [0, 1], [2, 2]).shape).toEqual([2, 2]);
    expect(tf.tile(x, [3, 1]).shape).toEqual([6, 3]);
    expect(tf.sum(x, 0).shape).toEqual([3]);
    expect(tf.sum(x, 1).shape).toEqual([2]);
  });
});

it('runs an operator once per signature, however often a block repeats', () => {
  const executed: string[] = [];
  const counting: Binding = Object.create(binding, {
    executeOp: {
      value: (...call: Parameters<Binding['executeOp']>) => {
        executed.push(call[0]);
        return binding.executeOp(...call);
      },
    },
  }) as Binding;
  const filter = tf.tidy(() => tf.square(tf.ones([3, 3, 4, 4])) as tf.Tensor4D); // a handle of TensorFlow
  const block = (x: tf.Tensor4D): tf.Tensor4D => tf.add(tf.relu(conv2d(x, filter, 1, [1, 1])), x);
  const recordBlocks = (blocks: number) => {
    executed.length = 0;
    backend.binding = counting;
    try {
      const recorder = new Recorder(backend);
      recorder.record(() =>
        tf.tidy(() => {
          let x = recorder.argument({ name: 'x', shape: [1, 8, 8, 4], dtype: binding.TF_FLOAT }) as tf.Tensor4D;
          for (let i = 0; i < blocks; i++) x = block(x);
        }),
      );
      return recorder.nodes;
    } finally {
      backend.binding = binding;
    }
  };
  recordBlocks(1);
  const once = [...executed].sort();
  expect(once).toEqual(expect.arrayContaining(['Add', 'Conv2D', 'Relu']));
  const nodes = recordBlocks(20);
  expect([...executed].sort()).toEqual(once);
  for (const op of ['Conv2D', 'Relu', 'Add']) expect(operators(nodes).filter((o) => o === op)).toHaveLength(20);
  expect(operators(nodes).filter((op) => op === 'Fill' || op === 'Const').length).toBeLessThanOrEqual(3); // the filter, once
  filter.dispose();
});

it('runs an operator again for other shapes, attributes, and constants that decide shapes', () => {
  record((x) => {
    expect(tf.sum(x, 0).shape).toEqual([3]);
    expect(tf.sum(x, 1).shape).toEqual([2]);
    expect(tf.transpose(x).shape).toEqual([3, 2]);
    expect(tf.transpose(tf.transpose(x)).shape).toEqual([2, 3]);
    expect(tf.tile(x, [2, 1]).shape).toEqual([4, 3]);
    expect(tf.tile(x, [1, 2]).shape).toEqual([2, 6]);
  });
});

it('computes nothing: values are an error, also of what was recorded before', () => {
  const message = 'a recorded step cannot read the values of a tensor';
  record((x) => {
    expect(() => x.dataSync()).toThrow(message);
    expect(() => tf.square(x).arraySync()).toThrow(message);
    const constant = tf.tensor1d([1, 2]);
    expect([...constant.dataSync()]).toEqual([1, 2]); // JavaScript knows it
  });
});

it('is over when the recorded function fails', () => {
  const fail = () =>
    record((x) => {
      tf.exp(x);
      throw new Error('halfway');
    });
  expect(fail).toThrow('halfway');
  expect([...tf.tidy(() => tf.exp(tf.zeros([2])).dataSync())]).toEqual([1, 1]);
});

it('turns a constant of one repeated value into a fill, and keeps others as they are', () => {
  const ramp = Float32Array.from({ length: 300 }, (_, i) => i);
  const nodes = record((x) => {
    const sum = tf.sum(x);
    tf.add(sum, tf.tensor(new Float32Array(300).fill(2.5), [100, 3]));
    tf.add(sum, tf.tensor(ramp, [100, 3]));
    tf.add(sum, tf.tensor1d([7, 7, 7]));
  });
  const fill = nodes.find(({ op }) => op === 'Fill')!;
  const inputs = fill.inputs.map(({ node }) => constantOf(nodes.find(({ name }) => name === node)!));
  expect(inputs).toEqual([
    { shape: [2], dtype: binding.TF_INT32, values: Int32Array.of(100, 3) },
    { shape: [], dtype: binding.TF_FLOAT, values: Float32Array.of(2.5) },
  ]);
  expect(operators(nodes).filter((op) => op === 'Fill')).toHaveLength(1);
  const constants = nodes.map(constantOf).filter((c) => c !== null);
  expect(constants).toContainEqual({ shape: [100, 3], dtype: binding.TF_FLOAT, values: ramp });
  expect(constants).toContainEqual({ shape: [3], dtype: binding.TF_FLOAT, values: Float32Array.of(7, 7, 7) });
});

it('takes a large constant when it repeats one value, and refuses any other', () => {
  const size = (1 << 18) + 1; // elements; one more than a MiB
  expect(operators(record((x) => tf.add(tf.sum(x), tf.fill([size], 2))))).toContain('Fill');
  const other = () => record((x) => tf.add(tf.sum(x), tf.tensor1d(new Float32Array(size).fill(2).fill(1, 0, 1))));
  expect(other).toThrow(`a recorded step uses a tensor [${size}] from outside: make it an input or a variable`);
});

it('copies a constant, so that a later change of the array changes no graph', () => {
  const values = Float32Array.of(1, 2, 3);
  const nodes = record((x) => {
    tf.add(x, tf.tensor1d(values));
    values.fill(0);
  });
  expect(nodes.map(constantOf).find((c) => c)!.values).toEqual(Float32Array.of(1, 2, 3));
});

it('leaves tensors from outside as they were, and disposes of none but those that it is told to', () => {
  const [kept, dropped, untouched] = [1, 2, 3].map((v) => tf.tidy(() => tf.square(tf.tensor1d([v, v, v]))));
  const nodes = record((x) => {
    tf.add(tf.add(x, kept), dropped);
    dropped.dispose();
  });
  expect(nodes.map(constantOf).flatMap((c) => (c ? [[...c.values]] : []))).toEqual([
    [1, 1, 1],
    [4, 4, 4],
  ]);
  expect([...kept.dataSync(), ...untouched.dataSync()]).toEqual([1, 1, 1, 9, 9, 9]);
  expect(dropped.isDisposed).toBe(true);
  for (const tensor of [kept, untouched]) tensor.dispose();
});
