import type * as tf from '@tensorflow/tfjs-core';
import { hashText, Random } from '../../shared/domain/random.ts';
import type { VariableSpec } from '../engine/step.ts';
import { tensorflowShape, toTensorFlow } from './layout.ts';
import type { ParameterSpec, Pass } from './layers.ts';
import type { Model } from './model.ts';

/** The parameters of a model by timm's names, in TensorFlow's layout. */
export type WeightValues = ReadonlyMap<string, Float32Array>;

/** Weights of a model from values in PyTorch's layout. */
export function weightsFrom(model: Model, values: (spec: ParameterSpec) => Float32Array): WeightValues {
  return new Map(model.specs.map((spec) => [spec.name, toTensorFlow(spec.layout, spec.shape, values(spec))]));
}

/** The weights as variables of a step. */
export function weightVariables(model: Model, weights: WeightValues): ReadonlyMap<string, VariableSpec> {
  return new Map(
    model.specs.map(({ name, layout, shape }) => [name, { shape: tensorflowShape(layout, shape), values: weights.get(name)! }]),
  );
}

/** Weights at the start of training: a function of the seed alone. */
export function initialWeights(model: Model, seed: number): WeightValues {
  return weightsFrom(model, (spec) => initialValues(spec, seed));
}

/** Initial values of one parameter in PyTorch's layout; a function of the seed and the parameter's name alone. */
export function initialValues({ name, shape, initialiser }: ParameterSpec, seed: number): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (initialiser.kind === 'constant') return values.fill(initialiser.value);
  const draw = drawing(initialiser, new Random(seed, hashText(name)));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

function drawing(initialiser: Exclude<ParameterSpec['initialiser'], { kind: 'constant' }>, random: Random): () => number {
  if (initialiser.kind === 'uniform') return () => random.uniform(-initialiser.bound, initialiser.bound);
  const { kind, sd } = initialiser;
  const normal = () => random.normal(0, sd);
  if (kind === 'normal') return normal;
  return () => {
    let value = normal();
    while (Math.abs(value) > 2 * sd) value = normal();
    return value;
  };
}

/** A pass that reads the weights and forgets updates: for evaluation. */
export function evaluationPass(weights: ReadonlyMap<string, tf.Tensor>): Pass {
  return {
    training: false,
    weight: (name) => weights.get(name)!,
    update: () => {},
    nextSeed: () => {
      throw new Error('evaluation draws no random numbers');
    },
  };
}
