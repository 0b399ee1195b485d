import { LabError } from '../../../shared/contract/errors.ts';
import type { GraphNode, Ref } from '../../engine/graph.ts';
import { constantOf, imagesCounted, neededNodes, type Recording } from './any-batch.ts';
import { type ModelFacts, OnnxGraph } from './graph.ts';
import { type Operator, TRANSLATIONS } from './operators.ts';
import { type Known, Value } from './value.ts';

/** A network's evaluation, from pixels to logits, as it was recorded. */
export interface RecordedNetwork {
  /** on two different batches */
  readonly recordings: readonly [Recording, Recording];
  /** node that stands for pixels [N, height, width, 3] */
  readonly pixels: string;
  /** height, width */
  readonly inputSize: readonly [number, number];
  readonly classes: number;
  /** by the node that stands for it, in TensorFlow's layout */
  readonly parameters: ReadonlyMap<string, Parameter>;
}

export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface OnnxModel {
  readonly bytes: Uint8Array;
  /** names of ONNX's operators, in order */
  readonly operators: readonly string[];
}

/**
 * The ONNX model of a network, for any batch: `pixels` [batch, 3, height, width] to `logits` and `probabilities` [batch, classes].
 * @throws LabError "internal" that names the operator for which there is no translation
 */
export function onnxModel(network: RecordedNetwork, facts: ModelFacts): OnnxModel {
  const { inputSize, classes } = network;
  const graph = new OnnxGraph();
  const logits = translate(graph, network);
  graph.add('Identity', [logits.name], {}, 'logits');
  graph.add('Softmax', ['logits'], { axis: 1 }, 'probabilities');
  const inputs = [
    { name: 'pixels', shape: ['batch', 3, ...inputSize], about: 'RGB, 0 to 255: batch, channel, row from the top, column' },
  ];
  const outputs = [
    { name: 'logits', shape: ['batch', classes], about: 'in the order of the metadata "classes"' },
    { name: 'probabilities', shape: ['batch', classes], about: 'softmax of the logits' },
  ];
  return { bytes: graph.bytes(inputs, outputs, facts), operators: graph.operators };
}

function translate(graph: OnnxGraph, { recordings, pixels, inputSize, parameters }: RecordedNetwork): Value {
  const [recording, other] = recordings;
  const counted = imagesCounted(recording, other);
  const values = new Map<string, readonly Value[]>([
    [pixels, [Value.channelsFirst(graph, [recording.batch, ...inputSize, 3], 'pixels')]],
    ...[...parameters].map(([node, { shape, ...known }]) => [node, [Value.known(graph, shape, known)]] as const),
  ]);
  const valueOf = ({ node, output }: Ref): Value => {
    const value = values.get(node)?.[output];
    if (!value) throw new LabError('internal', `ONNX export found no value for output ${output} of ${node}.`);
    return value;
  };
  let images: string | undefined;
  const batch = () => (images ??= graph.add('Shape', ['pixels'], { start: 0, end: 1 }));
  for (const node of neededNodes(recording)) {
    const constant = knownIn(node, counted.get(node.name));
    if (constant) values.set(node.name, [Value.known(graph, constantOf(node)!.shape, constant)]);
    else values.set(node.name, translated({ graph, node, inputs: node.inputs.map(valueOf), shapes: node.shapes ?? [], batch }));
  }
  return valueOf(recording.output);
}

function knownIn(node: GraphNode, perImage: readonly number[] | undefined): Known | null {
  const values = constantOf(node)?.values;
  if (!values) return null;
  return { values: values instanceof Uint8Array ? Int32Array.from(values) : values, perImage };
}

function translated(operator: Operator): Value[] {
  const { op } = operator.node;
  const translation = TRANSLATIONS[op];
  if (!translation) throw new LabError('internal', `ONNX export has no translation of TensorFlow's operator ${op}.`);
  return [translation(operator)].flat();
}
