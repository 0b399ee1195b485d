/**
 * Which parts of an image moved the output of a network.
 *
 *   integrated gradients  Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks", arXiv 1703.01365: every network
 *   Grad-CAM              Selvaraju et al., "Grad-CAM", arXiv 1610.02391: networks whose features lie on a map
 *
 * Both explain one score: the logarithm of the odds of the predicted class, its logit minus log-sum-exp of the others; with two
 * classes that is the difference of the logits. Only differences decide; their sum gets no gradient in training, so half of what a single logit says is what the
 * head's initial weights left there. And unlike the probability, the score goes on rising where the network is sure.
 */
import * as tf from '@tensorflow/tfjs-core';
import { imageCost } from '../../shared/domain/catalogue.ts';
import { marginOf } from '../../shared/analysis/scored.ts';
import type { SaliencyMethod } from '../../shared/domain/saliency.ts';
import { compile } from '../engine/compile.ts';
import { evaluationPass, weightVariables } from '../models/weights.ts';
import { enlarged } from '../pictures/heat-map.ts';
import { shiftsOf, sourcesOf } from './shifts.ts';
import { type Evaluator, type EvaluatorOptions, normaliser } from '../training/trainer.ts';

/** Where a network looked. */
export interface Explanation {
  /** [H, W] of the network's input, row by row: how far each place moved the score, negative where it spoke against the class */
  readonly heat: Float32Array;
  /** pixels of the input, in height and width, per value of the network's last map: finer detail is not to be trusted */
  readonly resolution: number;
  /** null for Grad-CAM, whose map adds up to nothing known */
  readonly completeness: Completeness | null;
}

/** Attributions must add up to what they explain. In units of the score: natural logarithms of odds. */
export interface Completeness {
  /** score of the image, the mean over its shifted copies, minus score of the baseline */
  readonly change: number;
  /** sum of the attributions minus `change`: the error of the sum that stands for the integral */
  readonly residual: number;
  /** gradients in the sum */
  readonly steps: number;
  /** score of the baseline: how far from having no opinion the network is there */
  readonly baseline: number;
  /** shifted copies of the image whose mean this is */
  readonly copies: number;
}

/** Explains what one network says of images. */
export interface Explainer {
  /**
   * @param pixels uint8 [H, W, 3]: what the network was given
   * @param of number of the class that it answered
   */
  explain(pixels: Uint8Array, of: number): Explanation;
  dispose(): void;
}

export interface ExplainerOptions extends Omit<EvaluatorOptions, 'batchSize'> {
  /** the same network with the same weights */
  readonly evaluator: Evaluator;
  /** gradients per image that integrated gradients sum up */
  readonly steps: number;
  /** shifted copies of the image among which they are dealt, at most: 8 unless told otherwise */
  readonly copies?: number;
}

export function createExplainer(method: SaliencyMethod, options: ExplainerOptions): Explainer {
  return method === 'grad-cam' ? gradCam(options) : integratedGradients(options);
}

const COPIES = 8;
const LARGEST_BATCH = 8;
/** Images are taken together up to so many bytes of activations: far less than training takes. */
const BATCH_BYTES = 1e9;

/**
 * Integrated gradients along the straight line from the baseline to the image, by the midpoint rule. The heat of a pixel is the
 * sum of its three attributions, so that the heat of all pixels adds up to the change of the score.
 *
 * The baseline is the mean colour of the network's preprocessing, all zeros after it: a field without structure, of which the
 * networks have no opinion, as the paper asks. (White, the empty slide, is no such field: to a trained network it is tissue with
 * wide lumina, and surely benign.) What the network says of it is told with every map.
 *
 * The steps are dealt to shifted copies of the image (`shifts.ts`), each with a midpoint rule of its own, so that copies cost
 * nothing. What is explained is the mean over the copies of the change of the score.
 */
function integratedGradients(options: ExplainerOptions): Explainer {
  const { model, variant, inputSize, weights, computation, evaluator, steps } = options;
  const [height, width] = inputSize;
  const wanted = Math.min(options.copies ?? COPIES, steps);
  const normalise = normaliser(variant);
  const colour = variant.mean.map((m) => Math.round(255 * m)); // rounded, so that an image can have it
  const imageBytes = 4 * imageCost(variant, inputSize).kept;
  const batch = Math.max(1, Math.min(LARGEST_BATCH, Math.ceil(steps / wanted), Math.floor(BATCH_BYTES / imageBytes)));
  let resolution = 0;
  const program = compile<'pixels' | 'places' | 'shares' | 'hot'>(
    ({ pixels, places, shares, hot }, variables) => {
      const pass = evaluationPass(variables);
      const baseline = normalise(tf.tensor4d(colour, [1, 1, 1, 3]));
      const way = tf.sub(normalise(pixels as tf.Tensor4D), baseline); // (1, H, W, 3)
      const points = tf.add(baseline, tf.mul(way, tf.reshape(places, [batch, 1, 1, 1]))) as tf.Tensor4D; // (B, H, W, 3)
      const gradients = tf.grad((x) => {
        const features = model.features(pass, x as tf.Tensor4D);
        resolution = strideOf(features.shape, inputSize);
        return tf.sum(tf.mul(oddsOf(model.head(pass, features), hot), shares));
      })(points);
      return { outputs: { attributions: tf.mul(way, tf.sum(gradients, 0, true)) } };
    },
    {
      inputs: {
        pixels: { shape: [1, height, width, 3], dtype: 'uint8' },
        /** where on the line, 0: baseline, 1: image */
        places: { shape: [batch], dtype: 'float32' },
        /** weight of each gradient in the sum */
        shares: { shape: [batch], dtype: 'float32' },
        /** 1 for the class that is explained, 0 for the others */
        hot: { shape: [model.classes], dtype: 'float32' },
      },
      variables: weightVariables(model, weights),
      ...computation,
    },
  );
  const plain = Uint8Array.from({ length: height * width * 3 }, (_, i) => colour[i % 3]);
  const start = evaluator.logits(plain);
  if (resolution === 0) {
    const zeros = new Float32Array(batch);
    program.run({ pixels: plain, places: zeros, shares: zeros, hot: hotOf(0, model.classes) });
  }
  const copies = Math.min(wanted, resolution); // a narrow lattice has no more places

  /** Attributions of one copy, [H, W, 3]. @param own steps */
  function attributed(pixels: Uint8Array, own: number, of: number): Float32Array {
    const hot = hotOf(of, model.classes);
    const sum = new Float32Array(pixels.length);
    for (let first = 0; first < own; first += batch) {
      const part = program.run({
        pixels,
        places: Float32Array.from({ length: batch }, (_, i) => (first + i + 0.5) / own), // the last batch may reach beyond the last step
        shares: Float32Array.from({ length: batch }, (_, i) => (first + i < own ? 1 / own : 0)),
        hot,
      }).attributions;
      part.forEach((value, i) => (sum[i] += value));
    }
    return sum;
  }

  return {
    explain(pixels, of) {
      const heat = new Float32Array(height * width);
      let score = 0;
      for (const [copy, shift] of shiftsOf(resolution, copies).entries()) {
        const sources = sourcesOf(shift, inputSize);
        const shifted = Uint8Array.from(pixels, (_, i) => pixels[3 * sources[Math.floor(i / 3)] + (i % 3)]);
        score += marginOf(evaluator.logits(shifted), of) / copies;
        const own = Math.floor(steps / copies) + (copy < steps % copies ? 1 : 0);
        const attributions = attributed(shifted, own, of);
        attributions.forEach((value, i) => (heat[sources[Math.floor(i / 3)]] += value / copies));
      }
      const baseline = marginOf(start, of);
      const change = score - baseline;
      const residual = heat.reduce((sum, value) => sum + value, 0) - change;
      return { heat, resolution, completeness: { change, residual, steps, baseline, copies } };
    },
    dispose: () => program.dispose(),
  };
}

/** Pixels of the input per value of a feature map, or per token where the first token stands for no place. */
function strideOf(shape: readonly number[], [height, width]: readonly [number, number]): number {
  const places = shape.length === 4 ? shape[1] * shape[2] : shape[1] - 1;
  return Math.max(1, Math.round(Math.sqrt((height * width) / places)));
}

/**
 * Grad-CAM at the end of the blocks: every channel of the features weighs as much as its gradient is on average, and what is
 * negative in the weighted sum, evidence against the class, is dropped. Enlarged to the input's size.
 */
function gradCam({ model, variant, inputSize, weights, computation }: ExplainerOptions): Explainer {
  const [height, width] = inputSize;
  const normalise = normaliser(variant);
  let size: [number, number] = [0, 0];
  const program = compile<'pixels' | 'hot'>(
    ({ pixels, hot }, variables) => {
      const pass = evaluationPass(variables);
      const features = model.features(pass, normalise(pixels as tf.Tensor4D)); // (1, H', W', C)
      if (features.rank !== 4) throw new Error('Grad-CAM needs a feature map, not tokens');
      size = [features.shape[1], features.shape[2]!];
      const gradients = tf.grad((x) => tf.sum(oddsOf(model.head(pass, x), hot)))(features);
      const channels = tf.mean(gradients, [1, 2], true); // (1, 1, 1, C)
      return { outputs: { map: tf.relu(tf.sum(tf.mul(features, channels), 3)) } };
    },
    {
      inputs: { pixels: { shape: [1, height, width, 3], dtype: 'uint8' }, hot: { shape: [model.classes], dtype: 'float32' } },
      variables: weightVariables(model, weights),
      ...computation,
    },
  );
  return {
    explain(pixels, of) {
      const { map } = program.run({ pixels, hot: hotOf(of, model.classes) });
      const resolution = strideOf([1, ...size, 1], inputSize);
      return { heat: enlarged(map, size, [height, width]), resolution, completeness: null };
    },
    dispose: () => program.dispose(),
  };
}

/** Takes a class out of a sum of exponentials: far below every logit, and finite in 32 bits. */
const OUT = 1e9;

/** Logarithms of the odds of one class. @param logits [N, classes] @param hot [classes], 1 for the class @returns [N] */
function oddsOf(logits: tf.Tensor2D, hot: tf.Tensor): tf.Tensor1D {
  const own = tf.sum(tf.mul(logits, hot), 1);
  const others = tf.logSumExp(tf.sub(logits, tf.mul(hot, OUT)), 1);
  return tf.sub(own, others);
}

function hotOf(of: number, classes: number): Float32Array {
  return Float32Array.from({ length: classes }, (_, i) => (i === of ? 1 : 0));
}
