/**
 * Optimisers as pure functions of tensors, so that they are recorded with the step. What changes from step to step comes in as
 * scalars. Formulas are PyTorch's (torch.optim); weight decay skips one-dimensional parameters, as timm filters them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSettings } from '../../shared/contract/plan.ts';

export interface Parameter {
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** 0 where none is applied */
  readonly weightDecay: number;
}

export interface Optimiser {
  /** names of what it keeps per parameter; zero at the start */
  readonly slots: readonly string[];
  /** names of the scalars that it needs beside `learningRate` */
  readonly scalars: readonly string[];
  /** Values of those scalars. @param step counts from 1 */
  scalarsAt(step: number): Readonly<Record<string, number>>;
  /** New values of the parameter and its slots. */
  update(
    parameter: Parameter,
    slots: Readonly<Record<string, tf.Tensor>>,
    scalars: Readonly<Record<string, tf.Tensor>>,
  ): { value: tf.Tensor; slots: Readonly<Record<string, tf.Tensor>> };
}

export function createOptimiser(settings: TrainingSettings): Optimiser {
  return settings.optimiser === 'adamw' ? adamW() : sgd(settings);
}

/** SGD with Nesterov momentum: v = m v + g; w = w - lr (g + m v). */
function sgd({ momentum }: TrainingSettings): Optimiser {
  return {
    slots: ['momentum'],
    scalars: [],
    scalarsAt: () => ({}),
    update({ value, gradient, weightDecay }, slots, { learningRate }) {
      const g = weightDecay > 0 ? tf.add(gradient, tf.mul(value, weightDecay)) : gradient;
      const v = tf.add(tf.mul(slots.momentum, momentum), g);
      const direction = tf.add(g, tf.mul(v, momentum));
      return { value: tf.sub(value, tf.mul(direction, learningRate)), slots: { momentum: v } };
    },
  };
}

const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-8]; // timm's defaults

/** AdamW: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101. */
function adamW(): Optimiser {
  return {
    slots: ['exp_avg', 'exp_avg_sq'],
    scalars: ['correction1', 'correction2'],
    // in double precision: 1 - 0.999^t loses its digits in float32
    scalarsAt: (step) => ({ correction1: 1 - BETA_1 ** step, correction2: Math.sqrt(1 - BETA_2 ** step) }),
    update({ value, gradient, weightDecay }, slots, { learningRate, correction1, correction2 }) {
      const mean = tf.add(tf.mul(slots.exp_avg, BETA_1), tf.mul(gradient, 1 - BETA_1));
      const square = tf.add(tf.mul(slots.exp_avg_sq, BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2));
      const decayed = weightDecay > 0 ? tf.sub(value, tf.mul(value, tf.mul(learningRate, weightDecay))) : value;
      const denominator = tf.add(tf.div(tf.sqrt(square), correction2), EPSILON);
      const change = tf.mul(tf.div(mean, denominator), tf.div(learningRate, correction1));
      return { value: tf.sub(decayed, change), slots: { exp_avg: mean, exp_avg_sq: square } };
    },
  };
}
