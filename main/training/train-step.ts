import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSettings } from '../../shared/contract/plan.ts';
import { count, type InputSpec, type Step, type VariableSpec } from '../engine/step.ts';
import { handOver } from '../engine/operators/node.ts';
import { crossEntropy, smoothedTargets } from '../engine/operators/loss.ts';
import { tensorflowShape } from '../models/layout.ts';
import { type ParameterSpec, type Pass, ZEROS } from '../models/layers.ts';
import { forward, type Model } from '../models/model.ts';
import { createOptimiser, type Optimiser } from './optimisers.ts';

/** What is fed into every step. */
export type TrainInput = 'pixels' | 'labels' | 'seed' | 'learningRate' | 'correction1' | 'correction2';

export interface TrainStepOptions {
  readonly model: Model;
  readonly settings: TrainingSettings;
  /** images per step */
  readonly batchSize: number;
  /** height, width */
  readonly inputSize: readonly [number, number];
  /** uint8 0..255 as float32 -> what the network sees, [N, H, W, 3] */
  readonly normalise: (pixels: tf.Tensor4D) => tf.Tensor4D;
  /** pixels come as uint8 (default), or as float32 that `normalise` may leave as they are */
  readonly pixels?: InputSpec['dtype'];
  /** multiply the loss, so that small gradients survive float16 */
  readonly scaleLoss?: boolean;
}

export interface TrainStep {
  readonly step: Step<TrainInput>;
  readonly inputs: Readonly<Record<TrainInput, InputSpec>>;
  /** everything that lives from step to step: the model's parameters first, then the optimiser's state */
  readonly state: readonly ParameterSpec[];
  readonly optimiser: Optimiser;
}

const LOSS_SCALE = 'lossScale';
const GOOD_STEPS = 'lossScale.goodSteps';
const FIRST_LOSS_SCALE = 2 ** 16; // PyTorch's GradScaler
const STEPS_TO_DOUBLE = 2000;

/**
 * One training step with everything in the graph: normalisation, label smoothing, forward and backward, gradient clipping,
 * optimiser, running statistics, moving average of the weights, dynamic loss scale. Dropout draws from `seed` alone.
 */
export function trainStep({ scaleLoss = false, ...options }: TrainStepOptions): TrainStep {
  const { model, settings, batchSize, inputSize, normalise, pixels = 'uint8' } = options;
  const optimiser = createOptimiser(settings);
  const trainable = model.specs.filter((spec) => spec.trainable);
  const state = [
    ...model.specs,
    ...optimiser.slots.flatMap((slot) => trainable.map((spec) => sibling(spec, slotName(slot, spec.name)))),
    ...(settings.ema > 0 ? model.specs.map((spec) => sibling(spec, averageName(spec.name))) : []),
    ...(scaleLoss ? [scalarSpec(LOSS_SCALE, FIRST_LOSS_SCALE), scalarSpec(GOOD_STEPS, 0)] : []),
  ];
  const scalar: InputSpec = { shape: [], dtype: 'float32' };
  return {
    optimiser,
    state,
    inputs: {
      pixels: { shape: [batchSize, ...inputSize, 3], dtype: pixels },
      labels: { shape: [batchSize], dtype: 'int32' },
      seed: { shape: [2], dtype: 'int32' },
      learningRate: scalar,
      correction1: scalar,
      correction2: scalar,
    },
    step({ pixels, labels, seed, ...scalars }, variables) {
      const updates = new Map<string, tf.Tensor>();
      let layer = 0;
      const pass: Pass = {
        training: true,
        weight: (name) => variables.get(name)!,
        update: (name, value) => updates.set(name, tf.keep(value)), // variableGrads would dispose of it
        nextSeed: () => tf.add(seed, tf.tensor1d([0, layer++], 'int32')) as tf.Tensor1D,
      };
      const targets = smoothedTargets(labels as tf.Tensor1D, model.classes, settings.labelSmoothing);
      const scale = variables.get(LOSS_SCALE);
      let logits!: tf.Tensor2D;
      let loss!: tf.Tensor;
      const { grads } = tf.variableGrads(
        () => {
          logits = tf.keep(forward(model, pass, normalise(pixels as tf.Tensor4D)));
          loss = tf.keep(crossEntropy(logits, targets));
          return (scale ? tf.mul(loss, scale) : loss) as tf.Scalar;
        },
        trainable.map(({ name }) => variables.get(name)!),
      );
      [logits, loss] = [handOver(logits), handOver(loss)];
      for (const [name, value] of updates) updates.set(name, handOver(value));
      const gradients = trainable.map(({ name }) => {
        const gradient = grads[variables.get(name)!.name];
        return scale ? tf.div(gradient, scale) : gradient;
      });
      const norm = settings.gradientClip > 0 || scale ? globalNorm(gradients) : null;
      // PyTorch's clip_grad_norm_
      const factor = settings.gradientClip > 0 ? tf.minimum(tf.div(settings.gradientClip, tf.add(norm!, 1e-6)), 1) : null;
      trainable.forEach(({ name, decays }, i) => {
        const slots = Object.fromEntries(optimiser.slots.map((slot) => [slot, variables.get(slotName(slot, name))!]));
        const parameter = {
          value: variables.get(name)!,
          gradient: factor ? tf.mul(gradients[i], factor) : gradients[i],
          weightDecay: decays ? settings.weightDecay : 0,
        };
        const next = optimiser.update(parameter, slots, scalars);
        updates.set(name, next.value);
        for (const slot of optimiser.slots) updates.set(slotName(slot, name), next.slots[slot]);
      });
      if (settings.ema > 0) {
        for (const { name } of model.specs) {
          const average = variables.get(averageName(name))!;
          const value = updates.get(name) ?? variables.get(name)!;
          updates.set(averageName(name), tf.add(tf.mul(average, settings.ema), tf.mul(value, 1 - settings.ema)));
        }
      }
      if (scale) skipOverflow(updates, variables, norm!);
      const predicted = tf.argMax(logits, 1);
      const correct = tf.sum(tf.cast(tf.equal(predicted, labels), 'float32'));
      return { outputs: { loss, correct }, updates };
    },
  };
}

/** Initial values of the state; `lossScale` and averages included. */
export function initialState(
  { state }: TrainStep,
  weights: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, VariableSpec> {
  return new Map(
    state.map((spec) => {
      const shape = tensorflowShape(spec.layout, spec.shape);
      const own = weights.get(spec.name) ?? weights.get(spec.name.replace(/^ema\./, ''));
      const { initialiser } = spec;
      const start = initialiser.kind === 'constant' ? initialiser.value : 0;
      const values = own ?? (start === 0 ? undefined : new Float32Array(count(shape)).fill(start));
      return [spec.name, { shape, values }];
    }),
  );
}

/** Name of what an optimiser keeps for a parameter. */
export function slotName(slot: string, parameter: string): string {
  return `optimizer.${slot}.${parameter}`;
}

/** Name of a parameter's moving average. */
export function averageName(parameter: string): string {
  return `ema.${parameter}`;
}

/** A float16 gradient that overflowed changes nothing but the scale, which halves; long success doubles it. */
function skipOverflow(updates: Map<string, tf.Tensor>, variables: ReadonlyMap<string, tf.Variable>, norm: tf.Tensor): void {
  const finite = tf.isFinite(norm);
  for (const [name, value] of updates) {
    const before = variables.get(name)!;
    updates.set(
      name,
      tf.where(
        tf.broadcastTo(
          tf.reshape(
            finite,
            before.shape.map(() => 1),
          ),
          before.shape,
        ),
        value,
        before,
      ),
    );
  }
  const [scale, good] = [variables.get(LOSS_SCALE)!, variables.get(GOOD_STEPS)!];
  const next = tf.add(good, 1);
  const doubles = tf.greaterEqual(next, STEPS_TO_DOUBLE);
  updates.set(LOSS_SCALE, tf.where(finite, tf.where(doubles, tf.mul(scale, 2), scale), tf.mul(scale, 0.5)));
  updates.set(GOOD_STEPS, tf.where(tf.logicalAnd(finite, tf.logicalNot(doubles)), next, tf.zerosLike(next)));
}

function globalNorm(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tf.sqrt(tf.addN(tensors.map((t) => tf.sum(tf.square(t)))));
}

function sibling(spec: ParameterSpec, name: string): ParameterSpec {
  return { ...spec, name, initialiser: ZEROS, trainable: false };
}

function scalarSpec(name: string, value: number): ParameterSpec {
  return { name, shape: [], layout: 'plain', initialiser: { kind: 'constant', value }, trainable: false, decays: false };
}
