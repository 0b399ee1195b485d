import type * as tf from '@tensorflow/tfjs-core';

/** What an operator returns: a handle with the facts that tfjs needs to know. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  /** a TF_DataType */
  readonly dtype: number;
}

export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** The native addon of tfjs-node: the only way from tfjs' kernels to TensorFlow. Its constants are TensorFlow's own enums. */
export interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_UINT8: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  isUsingGpuDevice(): boolean;
  /** handles that are alive in this process */
  getNumOfTensors(): number;
  /** On a CPU the tensor shares the array's memory: do not write to it before the tensor is deleted. */
  createTensor(shape: readonly number[], dtype: number, values: TensorValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorValues;
  executeOp(op: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** @param feeds @param fetches names such as "x:0", separated by commas */
  runSavedModel(id: number, inputs: readonly number[], feeds: string, fetches: string): TensorMetadata[];
}

export interface OpAttribute {
  readonly name: string;
  /** a TF_AttrType */
  readonly type: number;
  readonly value: unknown;
}

/** The parts of tfjs-node's backend that operators by name and the recorder need. */
export interface NodeBackend {
  binding: Binding;
  executeSingleOutput(op: string, attributes: readonly OpAttribute[], inputs: readonly tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
  /** A tfjs tensor for a handle. */
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  /** Handles of tensors; values that tfjs still holds in JavaScript become handles. */
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
}
