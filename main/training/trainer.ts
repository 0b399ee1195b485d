import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSettings } from '../../shared/contract/plan.ts';
import type { Variant } from '../../shared/domain/families/index.ts';
import { collectGarbage } from '../engine/garbage.ts';
import { compile } from '../engine/compile.ts';
import type { CompiledStep, Rung, Step } from '../engine/step.ts';
import type { Precision } from '../engine/precision.ts';
import type { ParameterSpec } from '../models/layers.ts';
import { forward, type Model } from '../models/model.ts';
import { evaluationPass, type WeightValues, weightVariables } from '../models/weights.ts';
import { averageName, initialState, type TrainInput, type TrainStep, trainStep } from './train-step.ts';

/** How steps are computed. */
export interface Computation {
  readonly rung: Rung;
  readonly precision: Precision;
}

export interface StepResult {
  /** mean over the batch, with label smoothing */
  readonly loss: number;
  readonly correct: number;
}

export interface TrainerOptions {
  readonly model: Model;
  readonly variant: Variant;
  readonly settings: TrainingSettings;
  readonly batchSize: number;
  /** height, width */
  readonly inputSize: readonly [number, number];
  /** decides the dropout masks */
  readonly seed: number;
  readonly weights: WeightValues;
  readonly computation: Computation;
}

/** One network in training: its compiled step and, inside that, its weights and optimiser state. */
export class Trainer {
  /** what {@link read} returns and a resume point holds */
  readonly state: readonly ParameterSpec[];
  readonly compiled: Pick<CompiledStep<TrainInput>, 'rung' | 'precision' | 'refusals' | 'compileSeconds'>;
  private readonly program: CompiledStep<TrainInput>;
  private readonly definition: TrainStep;
  private started = false;
  private readonly options: Pick<TrainerOptions, 'model' | 'settings' | 'seed'>;

  constructor({ model, variant, settings, batchSize, inputSize, seed, weights, computation }: TrainerOptions) {
    this.options = { model, settings, seed };
    this.definition = trainStep({
      model,
      settings,
      batchSize,
      inputSize,
      normalise: normaliser(variant),
      scaleLoss: computation.precision === 'float16',
    });
    this.state = this.definition.state;
    const variables = initialState(this.definition, weights);
    this.program = compile(this.definition.step, { inputs: this.definition.inputs, variables, ...computation });
    this.compiled = this.program;
  }

  /**
   * One step on a full batch.
   * @param pixels uint8 [N, height, width, 3]
   * @param labels N class indices
   * @param step counts from 0 over all epochs
   */
  step(pixels: Uint8Array, labels: Int32Array, learningRate: number, step: number): StepResult {
    if (!this.started) collectGarbage(); // initial weights and what recording left
    this.started = true;
    const { correction1 = 1, correction2 = 1 } = this.definition.optimiser.scalarsAt(step + 1);
    const { loss, correct } = this.program.run({
      pixels,
      labels,
      seed: Int32Array.of(this.options.seed, (step * SEEDS_PER_STEP) % 0x7fffffff),
      learningRate: Float32Array.of(learningRate),
      correction1: Float32Array.of(correction1),
      correction2: Float32Array.of(correction2),
    });
    return { loss: loss[0], correct: correct[0] };
  }

  /** All of the state, for a resume point. */
  read(): Map<string, Float32Array> {
    return this.program.read(this.state.map(({ name }) => name));
  }

  /** The weights that are validated and tested: the moving average where there is one. */
  evaluated(state: ReadonlyMap<string, Float32Array>): WeightValues {
    const { model, settings } = this.options;
    const source = (name: string) => (settings.ema > 0 ? averageName(name) : name);
    return new Map(model.specs.map(({ name }) => [name, state.get(source(name))!]));
  }

  write(state: ReadonlyMap<string, Float32Array>): void {
    this.program.write(state);
  }

  dispose(): void {
    this.program.dispose();
  }
}

/** layers with random numbers that a model may have before two steps share a seed */
const SEEDS_PER_STEP = 4096;

/** The evaluation of a network as a step: pixels 0..255 [N, height, width, 3] to `logits` [N, classes]. */
export function evaluationStep(model: Model, variant: Variant): Step<'pixels'> {
  const normalise = normaliser(variant);
  return ({ pixels }, variables) => ({
    outputs: { logits: forward(model, evaluationPass(variables), normalise(pixels as tf.Tensor4D)) },
  });
}

export interface EvaluatorOptions {
  readonly model: Model;
  readonly variant: Variant;
  /** images per call at most; a smaller batch is padded */
  readonly batchSize: number;
  readonly inputSize: readonly [number, number];
  readonly weights: WeightValues;
  readonly computation: Computation;
}

/** A network in evaluation mode. */
export class Evaluator {
  private readonly program: CompiledStep<'pixels'>;
  private readonly padded: Uint8Array;
  private readonly imageBytes: number;
  private readonly classes: number;

  constructor({ model, variant, batchSize, inputSize, weights, computation }: EvaluatorOptions) {
    this.classes = model.classes;
    const shape = [batchSize, ...inputSize, 3];
    this.imageBytes = inputSize[0] * inputSize[1] * 3;
    this.padded = new Uint8Array(batchSize * this.imageBytes);
    const inputs = { pixels: { shape, dtype: 'uint8' } } as const;
    const variables = weightVariables(model, weights);
    this.program = compile(evaluationStep(model, variant), { inputs, variables, ...computation });
  }

  /** Logits [N, classes], row by row. @param pixels uint8 [N, height, width, 3] */
  logits(pixels: Uint8Array): Float32Array {
    const count = pixels.length / this.imageBytes;
    this.padded.set(pixels); // behind it lies an earlier batch: its logits are cut off
    return this.program.run({ pixels: this.padded }).logits.subarray(0, this.classes * count);
  }

  write(weights: WeightValues): void {
    this.program.write(weights);
  }

  dispose(): void {
    this.program.dispose();
  }
}

/** uint8 0..255 -> (x / 255 - mean) / sd per channel */
export function normaliser({ mean, std }: Pick<Variant, 'mean' | 'std'>): (pixels: tf.Tensor4D) => tf.Tensor4D {
  return (pixels) => {
    const scale = tf.tensor1d(std.map((s) => 1 / (255 * s)));
    const shift = tf.tensor1d(mean.map((m, c) => m / std[c]));
    return tf.sub(tf.mul(pixels, scale), shift);
  };
}
