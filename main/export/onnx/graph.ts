/** An ONNX graph in the making: operators, constants, and the bytes of the file. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';

export { DataType };

/** The version of ONNX's operators, and the version of the file format that came with it. */
export const OPSET = 17;
const IR_VERSION = 8;

/** An INT, INTS or FLOAT of an operator. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** Numbers of a constant: 32-bit floats and integers; 64-bit integers where ONNX asks for sizes, axes and positions. */
export type Numbers = Float32Array | Int32Array | BigInt64Array;

/** An input or output of the model: a number of each dimension, or the name of one that is free. */
export interface Port {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly about: string;
}

export interface ModelFacts {
  readonly name: string;
  readonly version: string;
  readonly about: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export class OnnxGraph {
  private readonly nodes: NodeProto[] = [];
  private readonly initializers = new Map<string, TensorProto>();
  /** small constants by their content: shapes and axes repeat */
  private readonly known = new Map<string, string>();

  get operators(): readonly string[] {
    return this.nodes.map(({ opType }) => opType);
  }

  /** Adds an operator of one output. @returns the output's name */
  add(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, output?: string): string {
    const name = `${op}_${this.nodes.length}`;
    const result = output ?? name;
    const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
    this.nodes.push(create(NodeProtoSchema, { name, opType: op, input: [...inputs], output: [result], attribute }));
    return result;
  }

  /** A constant. @param name how it is called; without one, constants of the same content are one @returns its name */
  constant(values: Numbers, shape: readonly number[], name?: string): string {
    if (name !== undefined)
      return this.initializer(this.initializers.has(name) ? `${name}_${this.initializers.size}` : name, values, shape);
    const key = `${values.constructor.name} ${shape.join()} ${values.join()}`;
    const known = this.known.get(key) ?? this.initializer(`constant_${this.initializers.size}`, values, shape);
    this.known.set(key, known);
    return known;
  }

  /** A vector of sizes, axes or positions. */
  ints(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  private initializer(name: string, values: Numbers, dims: readonly number[]): string {
    const rawData = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength); // little-endian, as here
    this.initializers.set(name, create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType: typeOf(values), rawData }));
    return name;
  }

  /** The file: a ModelProto. */
  bytes(inputs: readonly Port[], outputs: readonly Port[], { name, version, about, metadata }: ModelFacts): Uint8Array {
    const graph = create(GraphProtoSchema, {
      name,
      node: this.nodes,
      initializer: [...this.initializers.values()],
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    });
    const model = create(ModelProtoSchema, {
      irVersion: BigInt(IR_VERSION),
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(OPSET) })],
      producerName: 'Magnilab',
      producerVersion: version,
      docString: about,
      metadataProps: Object.entries(metadata).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
      graph,
    });
    return toBinary(ModelProtoSchema, model);
  }
}

function typeOf(values: Numbers): DataType {
  if (values instanceof Float32Array) return DataType.FLOAT;
  return values instanceof Int32Array ? DataType.INT32 : DataType.INT64;
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: value.map(BigInt) });
}

function valueInfo({ name, shape, about }: Port): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'string' ? { case: 'dimParam', value: size } : { case: 'dimValue', value: BigInt(size) },
    }),
  );
  const tensor = create(TypeProto_TensorSchema, { elemType: DataType.FLOAT, shape: create(TensorShapeProtoSchema, { dim }) });
  const type = create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } });
  return create(ValueInfoProtoSchema, { name, type, docString: about });
}
