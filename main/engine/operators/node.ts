import * as tf from '@tensorflow/tfjs-core';
import type { NodeBackend, OpAttribute } from '../binding.ts';

let portable = false;

/** Composes operators of plain tfjs even where TensorFlow's own are at hand, as on any other backend: for comparisons. */
export function usePortableOperators(on: boolean): void {
  portable = on;
}

/** tfjs-node's backend, or null on any other. */
export function nodeBackend(): NodeBackend | null {
  if (portable) return null;
  const backend = tf.backend() as unknown as Partial<NodeBackend>;
  return backend.binding && backend.executeMultipleOutputs ? (backend as NodeBackend) : null;
}

/** Writes down attributes of TensorFlow's operators. Types default to float32. */
export function attributes({ binding }: NodeBackend) {
  const attribute = (type: number) => (name: string, value: unknown) => ({ name, type, value }) satisfies OpAttribute;
  return {
    type: (name: string, value = binding.TF_FLOAT): OpAttribute => ({ name, type: binding.TF_ATTR_TYPE, value }),
    int: attribute(binding.TF_ATTR_INT),
    float: attribute(binding.TF_ATTR_FLOAT),
    bool: attribute(binding.TF_ATTR_BOOL),
    text: attribute(binding.TF_ATTR_STRING),
  };
}

/**
 * An operator with its own gradient. `forward` runs outside of tfjs' tape and says what to keep for `backward`, which gets the
 * gradient of the result and answers one gradient per input.
 */
export function operator<Inputs extends tf.Tensor[], Result extends tf.Tensor>(
  inputs: Inputs,
  forward: (...inputs: Inputs) => { value: Result; saved: readonly tf.Tensor[] },
  backward: (dy: Result, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
): Result {
  const run = tf.customGrad((...given) => {
    const save = given.at(-1) as tf.GradSaveFunc;
    const { value, saved } = forward(...(given.slice(0, inputs.length) as Inputs));
    save([...saved]);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy as Result, saved) };
  });
  return run(...inputs) as Result;
}

/** Gives a tensor that was kept beyond an inner tidy scope to the caller's. */
export function handOver<T extends tf.Tensor>(kept: T): T {
  const handle = tf.clone(kept);
  kept.dispose();
  return handle;
}
