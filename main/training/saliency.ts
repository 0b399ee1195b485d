/**
 * Which parts of an image moved the output of a network.
 *
 *   integrated gradients  Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks", arXiv 1703.01365: every network
 *   Grad-CAM              Selvaraju et al., "Grad-CAM", arXiv 1610.02391: networks whose features lie on a map
 *
 * Both explain one score: the logit of the predicted class minus that of the other, which is the logarithm of its odds. Of two
 * logits only the difference decides; their sum gets no gradient in training, so half of what a single logit says is what the
 * head's initial weights left there. And unlike the probability, the score goes on rising where the network is sure.
 */
import * as tf from '@tensorflow/tfjs-core';
import { imageCost } from '../../shared/domain/costs.ts';
import type { SaliencyMethod } from '../../shared/domain/saliency.ts';
import { compile } from '../engine/compile.ts';
import { forward } from '../models/model.ts';
import { evaluationPass, weightVariables } from '../models/weights.ts';
import { enlarged } from './heat-map.ts';
import { type Evaluator, type EvaluatorOptions, normaliser } from './trainer.ts';

/** Where a network looked. */
export interface Explanation {
  /** [H, W] of the network's input, row by row: how far each place moved the score, negative where it spoke against the class */
  readonly heat: Float32Array;
  /** null for Grad-CAM, whose map adds up to nothing known */
  readonly completeness: Completeness | null;
}

/** Attributions must add up to what they explain. In units of the score: natural logarithms of odds. */
export interface Completeness {
  /** score of the image minus score of the baseline */
  readonly change: number;
  /** sum of the attributions minus `change`: the error of the sum that stands for the integral */
  readonly residual: number;
  /** gradients in the sum */
  readonly steps: number;
}

/** Explains what one network says of images. */
export interface Explainer {
  /**
   * @param pixels uint8 [H, W, 3]: what the network was given
   * @param logits what it answered: benign, malignant
   */
  explain(pixels: Uint8Array, logits: readonly [benign: number, malignant: number]): Explanation;
  dispose(): void;
}

export interface ExplainerOptions extends Omit<EvaluatorOptions, 'batchSize'> {
  /** the same network with the same weights */
  readonly evaluator: Evaluator;
  /** gradients per image that integrated gradients sum up */
  readonly steps: number;
}

export function createExplainer(method: SaliencyMethod, options: ExplainerOptions): Explainer {
  return method === 'grad-cam' ? gradCam(options) : integratedGradients(options);
}

const LARGEST_BATCH = 8;
/** Images are taken together up to so many bytes of activations: far less than training takes. */
const BATCH_BYTES = 1e9;

/**
 * Integrated gradients along the straight line from the baseline to the image, by the midpoint rule. The heat of a pixel is the
 * sum of its three attributions, so that the heat of all pixels adds up to the change of the score.
 *
 * The baseline is the mean colour of the network's preprocessing, all zeros after it: a field without structure, of which the
 * networks have no opinion, as the paper asks. (White, the empty slide, is no such field: to a trained network it is tissue with
 * wide lumina, and surely benign.)
 */
function integratedGradients({ model, variant, inputSize, weights, computation, evaluator, steps }: ExplainerOptions): Explainer {
  const [height, width] = inputSize;
  const normalise = normaliser(variant);
  const colour = variant.mean.map((m) => Math.round(255 * m)); // rounded, so that an image can have it
  const imageBytes = 4 * imageCost(variant, inputSize).kept;
  const batch = Math.max(1, Math.min(LARGEST_BATCH, steps, Math.floor(BATCH_BYTES / imageBytes)));
  const program = compile<'pixels' | 'places' | 'shares'>(
    ({ pixels, places, shares }, variables) => {
      const pass = evaluationPass(variables);
      const baseline = normalise(tf.tensor4d(colour, [1, 1, 1, 3]));
      const way = tf.sub(normalise(pixels as tf.Tensor4D), baseline); // (1, H, W, 3)
      const points = tf.add(baseline, tf.mul(way, tf.reshape(places, [batch, 1, 1, 1]))) as tf.Tensor4D; // (B, H, W, 3)
      const gradients = tf.grad((x) => tf.sum(tf.mul(oddsOf(forward(model, pass, x as tf.Tensor4D)), shares)))(points);
      return { outputs: { attributions: tf.mul(way, tf.sum(gradients, 0, true)) } };
    },
    {
      inputs: {
        pixels: { shape: [1, height, width, 3], dtype: 'uint8' },
        /** where on the line, 0: baseline, 1: image */
        places: { shape: [batch], dtype: 'float32' },
        /** weight of each gradient in the sum */
        shares: { shape: [batch], dtype: 'float32' },
      },
      variables: weightVariables(model, weights),
      ...computation,
    },
  );
  const start = evaluator.logits(Uint8Array.from({ length: height * width * 3 }, (_, i) => colour[i % 3]));

  return {
    explain(pixels, logits) {
      const sign = signOf(logits);
      const attributions = new Float32Array(height * width * 3);
      for (let first = 0; first < steps; first += batch) {
        const own = Array.from({ length: batch }, (_, i) => first + i); // the last batch may reach beyond the last step
        const part = program.run({
          pixels,
          places: Float32Array.from(own, (step) => (step + 0.5) / steps),
          shares: Float32Array.from(own, (step) => (step < steps ? sign / steps : 0)),
        }).attributions;
        part.forEach((value, i) => (attributions[i] += value));
      }
      const heat = new Float32Array(height * width);
      attributions.forEach((value, i) => (heat[Math.floor(i / 3)] += value));
      const change = sign * (logits[1] - logits[0] - (start[1] - start[0]));
      const residual = heat.reduce((sum, value) => sum + value, 0) - change;
      return { heat, completeness: { change, residual, steps } };
    },
    dispose: () => program.dispose(),
  };
}

/**
 * Grad-CAM at the end of the blocks: every channel of the features weighs as much as its gradient is on average, and what is
 * negative in the weighted sum, evidence against the class, is dropped. Enlarged to the input's size.
 */
function gradCam({ model, variant, inputSize, weights, computation }: ExplainerOptions): Explainer {
  const [height, width] = inputSize;
  const normalise = normaliser(variant);
  let size: [number, number] = [0, 0];
  const program = compile<'pixels' | 'sign'>(
    ({ pixels, sign }, variables) => {
      const pass = evaluationPass(variables);
      const features = model.features(pass, normalise(pixels as tf.Tensor4D)); // (1, H', W', C)
      if (features.rank !== 4) throw new Error('Grad-CAM needs a feature map, not tokens');
      size = [features.shape[1], features.shape[2]!];
      const gradients = tf.grad((x) => tf.mul(tf.sum(oddsOf(model.head(pass, x))), sign))(features);
      const channels = tf.mean(gradients, [1, 2], true); // (1, 1, 1, C)
      return { outputs: { map: tf.relu(tf.sum(tf.mul(features, channels), 3)) } };
    },
    {
      inputs: { pixels: { shape: [1, height, width, 3], dtype: 'uint8' }, sign: { shape: [], dtype: 'float32' } },
      variables: weightVariables(model, weights),
      ...computation,
    },
  );
  return {
    explain(pixels, logits) {
      const { map } = program.run({ pixels, sign: Float32Array.of(signOf(logits)) });
      return { heat: enlarged(map, size, [height, width]), completeness: null };
    },
    dispose: () => program.dispose(),
  };
}

/** Logarithms of the odds of malignant. @param logits [N, 2] @returns [N] */
function oddsOf(logits: tf.Tensor2D): tf.Tensor1D {
  const [benign, malignant] = tf.unstack(logits, 1);
  return tf.sub(malignant, benign);
}

/** 1 where malignant is predicted, -1 where benign is: the score is so many times the odds of malignant. */
function signOf([benign, malignant]: readonly [number, number]): 1 | -1 {
  return malignant > benign ? 1 : -1;
}
