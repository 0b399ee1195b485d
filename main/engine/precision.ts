import type { Binding } from './binding.ts';
import type { GraphAttribute, GraphNode, Ref } from './graph.ts';

/** How the multiplications of a recorded step are computed. Everything else stays float32. */
export type Precision = 'float32' | 'bfloat16' | 'float16';

/** TF_DataType; the addon's constants lack them. */
const LOW_TYPES: Readonly<Record<Exclude<Precision, 'float32'>, number>> = { bfloat16: 14, float16: 19 };

/** Operators that win by half precision, and which of their inputs are values (the others are sizes). */
const MULTIPLICATIONS: Readonly<Record<string, readonly number[]>> = {
  Conv2D: [0, 1],
  Conv2DBackpropInput: [1, 2],
  Conv2DBackpropFilter: [0, 2],
  DepthwiseConv2dNative: [0, 1],
  DepthwiseConv2dNativeBackpropInput: [1, 2],
  DepthwiseConv2dNativeBackpropFilter: [0, 2],
  BatchMatMulV2: [0, 1],
};

/**
 * Mixed precision (Micikevicius et al., arXiv 1710.03740) as a rewrite of a recorded step: values go into every multiplication
 * in half precision and come out in float32. Normalisation, softmax, loss and the variables never leave float32.
 */
export function mixedPrecision(nodes: readonly GraphNode[], precision: Precision, binding: Binding): GraphNode[] {
  if (precision === 'float32') return [...nodes];
  const low = LOW_TYPES[precision];
  const type = (name: string, value: number): GraphAttribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const cast = (name: string, from: Ref, source: number, target: number): GraphNode => ({
    name,
    op: 'Cast',
    inputs: [from],
    attributes: [type('SrcT', source), type('DstT', target)],
  });
  const result: GraphNode[] = [];
  const lowered = new Map<string, Ref>(); // an activation is cast once, for forward and backward
  const lower = (ref: Ref): Ref => {
    const key = `${ref.node}/${ref.output}`;
    let known = lowered.get(key);
    if (!known) {
      known = { node: `low/${key}`, output: 0 };
      lowered.set(key, known);
      result.push(cast(known.node, ref, binding.TF_FLOAT, low));
    }
    return known;
  };
  for (const node of nodes) {
    const values = MULTIPLICATIONS[node.op];
    if (!values) {
      result.push(node);
      continue;
    }
    const inputs = node.inputs.map((ref, i) => (values.includes(i) ? lower(ref) : ref));
    const attributes = [...node.attributes.filter(({ name }) => name !== 'T'), type('T', low)];
    const name = `${node.name}/low`;
    result.push({ ...node, name, inputs, attributes });
    result.push(cast(node.name, { node: name, output: 0 }, low, binding.TF_FLOAT));
  }
  return result;
}
