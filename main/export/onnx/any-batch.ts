/** Two recordings of one network at different batch sizes say which of its numbers count images. */
import { isDeepStrictEqual } from 'node:util';
import { LabError } from '../../../shared/contract/errors.ts';
import type { ConstantTensor, GraphNode, Ref } from '../../engine/graph.ts';

/** The operators that a step called, in order, on a batch of so many images. */
export interface Recording {
  readonly batch: number;
  readonly nodes: readonly GraphNode[];
  readonly output: Ref;
}

/** The nodes that the output needs, in order: what gradients would need is recorded too. */
export function neededNodes({ nodes, output }: Pick<Recording, 'nodes' | 'output'>): GraphNode[] {
  const needed = new Set([output.node]);
  for (const { name, inputs } of nodes.toReversed()) if (needed.has(name)) for (const { node } of inputs) needed.add(node);
  return nodes.filter(({ name }) => needed.has(name));
}

/**
 * The constants that depend on the batch: by node, the multiple of the batch that each of their numbers is, 0 where it is none.
 * Two different batches leave no doubt: 2 k and 3 k are equal for k = 0 only.
 * @throws LabError "internal" when the recordings differ in anything else
 */
export function imagesCounted(first: Recording, second: Recording): Map<string, readonly number[]> {
  const [nodes, others] = [neededNodes(first), neededNodes(second)];
  if (nodes.length !== others.length) throw batchFault('the number of operators');
  const counterpart = new Map(nodes.map(({ name }, i) => [name, others[i].name]));
  const counted = new Map<string, readonly number[]>();
  nodes.forEach((node, i) => {
    const other = others[i];
    const wired = node.inputs.map(({ node, output }) => ({ node: counterpart.get(node) ?? node, output }));
    if (node.op !== other.op || !isDeepStrictEqual(wired, other.inputs)) throw batchFault(node.op);
    const [constant, otherConstant] = [constantOf(node), constantOf(other)];
    if (!constant || !otherConstant) {
      if (!isDeepStrictEqual(node.attributes, other.attributes)) throw batchFault(node.op);
    } else if (!isDeepStrictEqual(constant, otherConstant)) {
      counted.set(node.name, multiples(constant, otherConstant, first.batch, second.batch));
    }
  });
  return counted;
}

export function constantOf({ attributes }: GraphNode): ConstantTensor | null {
  for (const attribute of attributes) if ('tensor' in attribute) return attribute.tensor;
  return null;
}

function multiples(a: ConstantTensor, b: ConstantTensor, batch: number, otherBatch: number): number[] {
  if (!isDeepStrictEqual(a.shape, b.shape)) throw batchFault(`a constant [${a.shape.join(', ')}]`);
  return Array.from(a.values, (value, i) => {
    if (value === b.values[i]) return 0;
    const multiple = value / batch;
    if (!Number.isInteger(multiple) || multiple * otherBatch !== b.values[i]) throw batchFault(`the constant ${value}`);
    return multiple;
  });
}

function batchFault(what: string): LabError {
  return new LabError('internal', `This network cannot be exported for any batch: ${what} depends on the number of images.`);
}
