import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Binding, NodeBackend } from '../../main/engine/binding.ts';
import { compile } from '../../main/engine/compile.ts';
import type { GraphNode } from '../../main/engine/graph.ts';
import { gelu } from '../../main/engine/operators/activation.ts';
import { conv2d, depthwiseConv2d } from '../../main/engine/operators/convolution.ts';
import { mixedPrecision } from '../../main/engine/precision.ts';
import { Recorder } from '../../main/engine/recorder.ts';
import { count, type Step } from '../../main/engine/step.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { uniform } from '../helpers/formula.ts';
import { expectNear } from './near.ts';

const [BFLOAT16, FLOAT16] = [14, 19]; // TF_DataType
const SHAPES = { image: [2, 6, 6, 3], filter: [3, 3, 3, 4], depth: [3, 3, 4, 1], dense: [4, 5] } as const;
type Name = keyof typeof SHAPES;
const NAMES = Object.keys(SHAPES) as Name[];

let backend: NodeBackend;
let binding: Binding;

beforeAll(async () => {
  ({ backend } = await loadTensorFlow());
  ({ binding } = backend);
});

/** Every kind of multiplication once, forward and backward. @returns gradients of the filters */
function gradients(given: Readonly<Record<Name, tf.Tensor>>): tf.Tensor[] {
  const loss = (filter: tf.Tensor, depth: tf.Tensor, dense: tf.Tensor) => {
    const h = gelu(conv2d(given.image as tf.Tensor4D, filter as tf.Tensor4D, 1, [1, 1]));
    const mixed = depthwiseConv2d(h, depth as tf.Tensor4D, 2, [1, 1]);
    return tf.sum(tf.square(tf.matMul(tf.mean(mixed, [1, 2]), dense)));
  };
  return tf.grads(loss)([given.filter, given.depth, given.dense]);
}

function recorded(): GraphNode[] {
  const recorder = new Recorder(backend);
  recorder.record(() =>
    tf.tidy(() => {
      const given = NAMES.map((name) => [name, recorder.argument({ name, shape: SHAPES[name], dtype: binding.TF_FLOAT })]);
      gradients(Object.fromEntries(given) as Record<Name, tf.Tensor>);
    }),
  );
  return recorder.nodes;
}

const typeOf = (node: GraphNode, name: string) => {
  const attribute = node.attributes.find((a) => a.name === name);
  return attribute && 'value' in attribute ? attribute.value : undefined;
};
const isMultiplication = ({ op }: GraphNode) => /^(Depthwise)?Conv2[dD]|MatMul/.test(op);

describe.each([
  ['bfloat16', BFLOAT16],
  ['float16', FLOAT16],
] as const)('%s', (precision, type) => {
  it('is the type of every multiplication, which takes casts and is cast back under its own name', () => {
    const before = recorded();
    const after = mixedPrecision(before, precision, binding);
    const byName = new Map(after.map((node) => [node.name, node]));
    const multiplications = before.filter(isMultiplication);
    expect(new Set(multiplications.map(({ op }) => op)).size).toBeGreaterThanOrEqual(6);
    for (const { name, op, inputs } of multiplications) {
      const back = byName.get(name)!;
      expect([back.op, typeOf(back, 'SrcT'), typeOf(back, 'DstT')]).toEqual(['Cast', type, binding.TF_FLOAT]);
      const low = byName.get(back.inputs[0].node)!;
      expect([low.op, typeOf(low, 'T')]).toEqual([op, type]);
      expect(low.attributes.filter((a) => a.name === 'T')).toHaveLength(1);
      low.inputs.forEach((ref, i) => {
        const source = before.find((node) => node.name === inputs[i].node);
        if (source && typeOf(source, 'dtype') === binding.TF_INT32) return expect(ref, `${op}: a size`).toEqual(inputs[i]);
        const cast = byName.get(ref.node)!;
        expect([cast.op, typeOf(cast, 'SrcT'), typeOf(cast, 'DstT')], op).toEqual(['Cast', binding.TF_FLOAT, type]);
        expect(cast.inputs).toEqual([inputs[i]]);
      });
    }
  });

  it('touches no other operator', () => {
    const before = recorded();
    const after = new Map(mixedPrecision(before, precision, binding).map((node) => [node.name, node]));
    for (const node of before.filter((node) => !isMultiplication(node))) expect(after.get(node.name)).toEqual(node);
  });

  it('casts a value once, for forward and backward, before its first use', () => {
    const after = mixedPrecision(recorded(), precision, binding);
    const sources = after
      .filter((node) => node.op === 'Cast' && typeOf(node, 'DstT') === type)
      .map(({ inputs: [{ node, output }] }) => `${node}:${output}`);
    expect(new Set(sources).size).toBe(sources.length);
    expect(sources.filter((source) => source === 'image:0' || source === 'filter:0' || source === 'dense:0')).toHaveLength(3);
    const uses = after.flatMap(({ inputs }) => inputs.filter(({ node }) => node === 'low/image/0'));
    expect(uses.length, 'forward and gradient of the filter').toBe(2);
    const position = new Map(after.map(({ name }, i) => [name, i]));
    after.forEach(({ inputs }, i) =>
      inputs.forEach(({ node }) => {
        if (position.has(node)) expect(position.get(node)).toBeLessThan(i);
      }),
    );
  });

  it('gives nearly the same results, and leaves the variables in float32', () => {
    const step: Step<'image' | 'rate'> = ({ image, rate }, variables) => {
      const names = NAMES.slice(1);
      const own = Object.fromEntries(names.map((name) => [name, variables.get(name)!])) as unknown as Record<Name, tf.Tensor>;
      const slopes = gradients({ ...own, image });
      const outputs = Object.fromEntries(names.map((name, i) => [name, slopes[i]]));
      return { outputs, updates: new Map(names.map((name, i) => [name, tf.sub(own[name], tf.mul(slopes[i], rate))])) };
    };
    const values = (name: Name) => Float32Array.from(uniform(name, count(SHAPES[name])), (v) => v / 2);
    const variables = new Map(NAMES.slice(1).map((name) => [name, { shape: SHAPES[name], values: values(name) }]));
    const inputs = { image: { shape: SHAPES.image, dtype: 'float32' }, rate: { shape: [], dtype: 'float32' } } as const;
    const run = (precision: 'float32' | 'bfloat16' | 'float16', rate: number) => {
      const compiled = compile(step, { inputs, variables, rung: 'session', precision });
      try {
        expect(compiled).toMatchObject({ rung: 'session', precision, refusals: [] });
        const before = compiled.read();
        return { before, slopes: compiled.run({ image: values('image'), rate: Float32Array.of(rate) }), after: compiled.read() };
      } finally {
        compiled.dispose();
      }
    };
    const expected = run('float32', 2 ** -12);
    const found = run(precision, 2 ** -12);
    let differences = 0;
    for (const [name, { values }] of variables) {
      expectNear(found.slopes[name], expected.slopes[name], 2e-2, name);
      differences += found.slopes[name].filter((v, i) => v !== expected.slopes[name][i]).length;
      expect(found.before.get(name)).toEqual(values); // not even rounded
      const change = values.map((v, i) => Math.fround(v - Math.fround(found.slopes[name][i] * 2 ** -12)));
      expectNear(found.after.get(name)!, change, 1e-6, `new ${name}`);
    }
    expect(differences, 'values that half precision rounds').toBeGreaterThan(0);
  });
});

it('float32 changes nothing', () => {
  const nodes = recorded();
  expect(mixedPrecision(nodes, 'float32', binding)).toEqual(nodes);
});
