import type * as tf from '@tensorflow/tfjs-core';
import type { Binding, TensorValues } from './binding.ts';
import type { Precision } from './precision.ts';

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
  /** default: zeros, which then cost no memory in JavaScript */
  readonly values?: Float32Array;
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

/** A step on one rung. */
export interface Program<Inputs extends string> {
  run(feeds: Readonly<Record<Inputs, TensorValues>>): Record<string, Float32Array>;
  read(names: readonly string[]): Map<string, Float32Array>;
  write(values: ReadonlyMap<string, Float32Array>): void;
  dispose(): void;
}

/** TF_DataType of an input. */
export function typeOf(binding: Binding, dtype: InputSpec['dtype']): number {
  return { float32: binding.TF_FLOAT, int32: binding.TF_INT32, uint8: binding.TF_UINT8 }[dtype];
}

/** What belongs to the name. */
export function known<T>(variables: ReadonlyMap<string, T>, name: string): T {
  const variable = variables.get(name);
  if (variable === undefined) throw new Error(`there is no variable "${name}"`);
  return variable;
}

/** The values, when they are as many as the shape says. */
export function fitting<T extends TensorValues>(what: string, shape: readonly number[], values: T | undefined): T {
  if (values?.length === count(shape)) return values;
  throw new Error(`${what} has ${values?.length ?? 'no'} values, but its shape is [${shape.join(', ')}]`);
}

/** Elements of a shape. */
export function count(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
