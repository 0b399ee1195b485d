import { createRequire } from 'node:module';
import outputNames from '../../resources/tensorflow/operator-outputs.json' with { type: 'json' };
import type { Binding, OpAttribute, TensorValues } from './binding.ts';

/** One output of a node. */
export interface Ref {
  readonly node: string;
  readonly output: number;
}

/** An attribute whose value no eager operator takes, beside those that {@link OpAttribute} has. */
export type GraphAttribute =
  | OpAttribute
  | { readonly name: string; readonly types: readonly number[] }
  | { readonly name: string; readonly functionName: string }
  | { readonly name: string; readonly tensor: ConstantTensor };

export interface ConstantTensor {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: TensorValues;
}

/** One operator of a graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Ref[];
  /** nodes that must have run before */
  readonly after?: readonly string[];
  readonly attributes: readonly GraphAttribute[];
  /** of every output, where the node was recorded */
  readonly shapes?: readonly (readonly number[])[];
}

/** A function that a node of the graph calls. */
export interface GraphFunction {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly dtype: number }[];
  readonly nodes: readonly GraphNode[];
  readonly results: readonly { readonly name: string; readonly dtype: number; readonly from: Ref }[];
  /** compile it as a whole, or fail */
  readonly mustCompile: boolean;
}

/** Message classes of tfjs-node's protobuf bindings (google-protobuf; no types are published). Setters return nothing. */
interface Message {
  serializeBinary(): Uint8Array;
  [method: string]: (...values: unknown[]) => unknown;
}
type MessageClass = (new () => Message) & Record<string, new () => Message>;

const messages = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb') as Record<string, MessageClass>;

function message(kind: new () => Message, fields: Record<string, unknown>): Message {
  const result = new kind();
  for (const [field, value] of Object.entries(fields)) result[`set${field}`](value);
  return result;
}

/** The tag under which {@link savedModel} files its graph. */
export const GRAPH_TAG = 'magnilab';

/** GraphDef version of TensorFlow 2.21; older libraries read it too, since only long-stable operators are used. */
const PRODUCER = 1882;

/**
 * The bytes of saved_model.pb: a graph without variables of its own folder, which `binding.loadSavedModel` turns into a session.
 */
export function savedModel(binding: Binding, nodes: readonly GraphNode[], functions: readonly GraphFunction[] = []): Uint8Array {
  const { SavedModel, MetaGraphDef, GraphDef, FunctionDefLibrary, VersionDef } = messages;
  const library = message(FunctionDefLibrary, { FunctionList: functions.map((f) => functionDef(binding, f)) });
  const graph = message(GraphDef, {
    NodeList: nodes.map((node) => nodeDef(binding, node, ({ node, output }) => (output === 0 ? node : `${node}:${output}`))),
    Library: library,
    Versions: message(VersionDef, { Producer: PRODUCER }),
  });
  const info = message(MetaGraphDef.MetaInfoDef, { TagsList: [GRAPH_TAG] });
  const meta = message(MetaGraphDef, { MetaInfoDef: info, GraphDef: graph });
  return message(SavedModel, { SavedModelSchemaVersion: 1, MetaGraphsList: [meta] }).serializeBinary();
}

function functionDef(binding: Binding, { name, parameters, nodes, results, mustCompile }: GraphFunction): Message {
  const { FunctionDef, OpDef } = messages;
  const argument = (a: { name: string; dtype: number }) =>
    message((OpDef as MessageClass).ArgDef, { Name: a.name, Type: a.dtype });
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const reference = ({ node, output }: Ref): string => {
    const source = byName.get(node);
    return source ? `${node}:${outputOf(source.op, output)}` : node; // else a parameter
  };
  const definition = message(FunctionDef, {
    Signature: message(OpDef, {
      Name: name,
      IsStateful: true,
      InputArgList: parameters.map(argument),
      OutputArgList: results.map(argument),
    }),
    NodeDefList: nodes.map((node) => nodeDef(binding, node, reference)),
  });
  const returned = definition.getRetMap() as Map<string, string>;
  for (const { name, from } of results) returned.set(name, reference(from));
  if (mustCompile)
    (definition.getAttrMap() as Map<string, Message>).set('_XlaMustCompile', message(messages.AttrValue, { B: true }));
  return definition;
}

/** Inside a function outputs go by argument name: "output:0", or "output:2" of an operator that returns one list. */
function outputOf(op: string, output: number): string {
  const names = (outputNames as Record<string, readonly string[]>)[op];
  if (!names) throw new Error(`operator ${op} is not in resources/tensorflow/operator-outputs.json`);
  return names.length === 1 ? `${names[0]}:${output}` : `${names[output]}:0`;
}

function nodeDef(binding: Binding, node: GraphNode, reference: (ref: Ref) => string): Message {
  const definition = message(messages.NodeDef, {
    Name: node.name,
    Op: node.op,
    InputList: [...node.inputs.map(reference), ...(node.after ?? []).map((name) => `^${name}`)],
  });
  const attributes = definition.getAttrMap() as Map<string, Message>;
  for (const attribute of node.attributes) attributes.set(attribute.name, attributeValue(binding, attribute));
  return definition;
}

function attributeValue(binding: Binding, attribute: GraphAttribute): Message {
  const { AttrValue, NameAttrList, Tensor } = messages;
  const single = (fields: Record<string, unknown>) => message(AttrValue, fields);
  const list = (fields: Record<string, unknown>) => single({ List: message(AttrValue.ListValue, fields) });
  if ('types' in attribute) return list({ TypeList: attribute.types });
  if ('functionName' in attribute) return single({ Func: message(NameAttrList, { Name: attribute.functionName }) });
  if ('tensor' in attribute) {
    const { shape, dtype, values } = attribute.tensor;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return single({ Tensor: message(Tensor, { Dtype: dtype, TensorShape: tensorShape(shape), TensorContent: bytes }) });
  }
  const { name, type, value } = attribute;
  const many = Array.isArray(value);
  switch (type) {
    case binding.TF_ATTR_STRING:
      return single({ S: new TextEncoder().encode(value as string) });
    case binding.TF_ATTR_INT:
      return many ? list({ IList: value }) : single({ I: value });
    case binding.TF_ATTR_FLOAT:
      return many ? list({ FList: value }) : single({ F: value });
    case binding.TF_ATTR_BOOL:
      return many ? list({ BList: value }) : single({ B: value });
    case binding.TF_ATTR_TYPE:
      return single({ Type: value });
    case binding.TF_ATTR_SHAPE:
      return single({ Shape: tensorShape(value as number[]) });
    default:
      throw new Error(`attribute ${name} has the unknown type ${type}`);
  }
}

function tensorShape(shape: readonly number[]): Message {
  const { TensorShape } = messages;
  return message(TensorShape, { DimList: shape.map((size) => message(TensorShape.Dim, { Size: size })) });
}
