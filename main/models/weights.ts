import * as tf from '@tensorflow/tfjs-core';
import { hashText, Random } from '../../shared/domain/random.ts';
import { tensorflowShape, toTensorFlow } from './layout.ts';
import type { ParameterSpec, Pass } from './layers.ts';
import type { Model } from './model.ts';

/** The weights of a model in TensorFlow's layout, by timm's names. */
export class Weights {
  readonly specs: readonly ParameterSpec[];
  private readonly variables = new Map<string, tf.Variable>();

  /** Values in PyTorch's layout for every spec. */
  constructor(model: Model, values: (spec: ParameterSpec) => Float32Array) {
    this.specs = model.specs;
    for (const spec of model.specs) {
      const value = toTensorFlow(spec.layout, spec.shape, values(spec));
      const initial = tf.tensor(value, tensorflowShape(spec.layout, spec.shape), 'float32');
      this.variables.set(spec.name, tf.variable(initial, spec.trainable));
      initial.dispose();
    }
  }

  get(name: string): tf.Variable {
    return this.variables.get(name)!;
  }

  trainable(): { spec: ParameterSpec; variable: tf.Variable }[] {
    return this.specs.filter((spec) => spec.trainable).map((spec) => ({ spec, variable: this.get(spec.name) }));
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
    this.variables.clear();
  }
}

/** Initial values of one parameter in PyTorch's layout; a function of the seed and the parameter's name alone. */
export function initialValues({ name, shape, initialiser }: ParameterSpec, seed: number): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (initialiser.kind === 'constant') return values.fill(initialiser.value);
  const random = new Random(seed, hashText(name));
  for (let i = 0; i < values.length; i++) {
    values[i] =
      initialiser.kind === 'normal' ? random.normal(0, initialiser.sd) : random.uniform(-initialiser.bound, initialiser.bound);
  }
  return values;
}

/** A pass that reads the weights and forgets updates: for evaluation. */
export function evaluationPass(weights: Weights): Pass {
  return {
    training: false,
    weight: (name) => weights.get(name),
    update: () => {},
    nextSeed: () => [0, 0],
  };
}
