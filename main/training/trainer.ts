import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSettings } from '../../shared/contract/plan.ts';
import type { Variant } from '../../shared/domain/catalogue.ts';
import { crossEntropy } from '../engine/operators.ts';
import type { Pass } from '../models/layers.ts';
import type { Model } from '../models/model.ts';
import { evaluationPass, type Weights } from '../models/weights.ts';

export interface StepResult {
  /** mean over the batch, with label smoothing */
  readonly loss: number;
  readonly correct: number;
}

/**
 * One network in training: SGD with Nesterov momentum as PyTorch defines it (v = m v + g; w -= lr (g + m v)), weight decay
 * added to the gradient of every parameter that is not one-dimensional, as timm filters it.
 */
export class Trainer {
  readonly weights: Weights;
  /** momentum buffers by parameter name, in TensorFlow's layout */
  readonly momenta = new Map<string, tf.Variable>();
  private readonly model: Model;
  private readonly variant: Variant;
  private readonly settings: TrainingSettings;
  private readonly seed: number;

  constructor(model: Model, variant: Variant, weights: Weights, settings: TrainingSettings, seed: number) {
    this.model = model;
    this.variant = variant;
    this.weights = weights;
    this.settings = settings;
    this.seed = seed;
    for (const { spec, variable } of weights.trainable()) {
      const zeros = tf.zerosLike(variable);
      this.momenta.set(spec.name, tf.variable(zeros, false));
      zeros.dispose();
    }
  }

  /**
   * One step on a batch.
   * @param pixels uint8 [N, height, width, 3]
   * @param labels N class indices
   * @param step counts from 0 over all epochs: it decides the dropout masks
   */
  step(
    pixels: Uint8Array,
    labels: readonly number[],
    size: readonly [number, number],
    learningRate: number,
    step: number,
  ): StepResult {
    const x = tf.tidy(() => normalise(pixels, [labels.length, ...size, 3], this.variant));
    try {
      return this.stepOn(x, labels, learningRate, step);
    } finally {
      x.dispose();
    }
  }

  /** As {@link step}, on normalised images [N, height, width, 3]. */
  stepOn(x: tf.Tensor4D, labels: readonly number[], learningRate: number, step: number): StepResult {
    return tf.tidy(() => {
      const smoothing = this.settings.labelSmoothing;
      const hot = tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), 2), 'float32');
      const targets = tf.add(tf.mul(hot, 1 - smoothing), smoothing / 2) as tf.Tensor2D;

      const updates = new Map<string, tf.Tensor>();
      let layer = 0;
      const pass: Pass = {
        training: true,
        weight: (name) => this.weights.get(name),
        update: (name, value) => updates.set(name, tf.keep(value)),
        nextSeed: () => [this.seed, (step * 4096 + layer++) % 0x7fffffff],
      };
      const trainable = this.weights.trainable();
      let logits!: tf.Tensor2D;
      const { value, grads } = tf.variableGrads(
        () => {
          logits = tf.keep(this.model.forward(pass, x));
          return crossEntropy(logits, targets);
        },
        trainable.map((t) => t.variable),
      );

      for (const { spec, variable } of trainable) {
        const decay = spec.shape.length > 1 ? this.settings.weightDecay : 0;
        this.descend(variable, this.momenta.get(spec.name)!, grads[variable.name], learningRate, decay);
      }
      for (const [name, update] of updates) {
        this.weights.get(name).assign(update);
        update.dispose();
      }
      const [loss] = value.dataSync<'float32'>();
      const correct = countCorrect(logits.dataSync<'float32'>(), labels);
      logits.dispose();
      return { loss, correct };
    });
  }

  private descend(variable: tf.Variable, momentum: tf.Variable, gradient: tf.Tensor, learningRate: number, decay: number): void {
    const m = this.settings.momentum;
    const g = decay > 0 ? tf.add(gradient, tf.mul(variable, decay)) : gradient;
    const v = tf.add(tf.mul(momentum, m), g);
    momentum.assign(v);
    variable.assign(tf.sub(variable, tf.mul(tf.add(g, tf.mul(v, m)), learningRate)));
  }

  dispose(): void {
    for (const momentum of this.momenta.values()) momentum.dispose();
    this.momenta.clear();
    this.weights.dispose();
  }
}

/** Logits of a batch in evaluation mode, [N, 2] row by row. @param pixels uint8 [N, height, width, 3] */
export function evaluate(
  model: Model,
  variant: Variant,
  weights: Weights,
  pixels: Uint8Array,
  count: number,
  size: readonly [number, number],
): Float32Array {
  return tf.tidy(() => {
    const x = normalise(pixels, [count, ...size, 3], variant);
    return model.forward(evaluationPass(weights), x).dataSync<'float32'>().slice();
  });
}

/** uint8 0..255 -> (x / 255 - mean) / sd per channel */
function normalise(pixels: Uint8Array, shape: [number, number, number, number], { mean, std }: Variant): tf.Tensor4D {
  const x = tf.tensor4d(Float32Array.from(pixels), shape, 'float32');
  const scale = tf.tensor1d(std.map((s) => 1 / (255 * s)));
  const shift = tf.tensor1d(mean.map((m, c) => m / std[c]));
  return tf.sub(tf.mul(x, scale), shift);
}

export function countCorrect(logits: Float32Array, labels: readonly number[]): number {
  return labels.filter((label, i) => Number(logits[2 * i + 1] > logits[2 * i]) === label).length;
}
