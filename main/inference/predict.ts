/**
 * The process behind `magnilab predict`: reads one JSON request from stdin, classifies the images and
 * prints one JSON answer on stdout.
 */
import { text } from 'node:stream/consumers';
import { LabError, parseOrThrow, toEnvelope } from '../../shared/contract/errors.ts';
import {
  type PredictAnswer,
  type PredictFailure,
  type PredictRequest,
  predictRequestSchema,
  type PredictRow,
} from '../../shared/contract/predict.ts';
import { predictedClass, probabilitiesOf } from '../../shared/analysis/scored.ts';
import { MALIGNANCY } from '../../shared/domain/breakhis.ts';
import { SALIENCY_STEPS, saliencyMethods } from '../../shared/domain/saliency.ts';
import { decodeImage } from '../pictures/read-image.ts';
import { loadTensorFlow } from '../runtime/load.ts';
import { createModel } from '../models/registry.ts';
import { writeAtomically } from '../platform/atomic.ts';
import { openWeights } from '../training/checkpoint.ts';
import { comparisonPng, layerPng, type PlacedHeat } from '../pictures/heat-picture.ts';
import { type EvaluationView, evaluationView, type Pixels, seenBox } from '../pictures/resample.ts';
import { createExplainer } from './saliency.ts';
import { Evaluator } from '../training/trainer.ts';

/** The page shows images of so many pixels at most. */
const LAYER_PIXELS = 700;

/** Grad-CAM's numbers of completeness. */
const NO_SUM = { change: null, residual: null, steps: null, baseline: null, copies: null };

type Rows = (PredictRow | PredictFailure)[];

const answer = await predict().then(
  (predictions): PredictAnswer => ({ ok: true, predictions }),
  (error): PredictAnswer => ({ ok: false, error: toEnvelope(error) }),
);
process.stdout.write(`${JSON.stringify(answer)}\n`);

async function predict(): Promise<Rows> {
  const request = parseOrThrow(predictRequestSchema, JSON.parse(await text(process.stdin)), 'predict request');
  const network = await openNetwork(request);
  const { variant, inputSize, mode, classes } = network;
  const { saliency } = request;
  await loadTensorFlow();
  const evaluator = new Evaluator({ ...network, batchSize: 1 });
  const explainer =
    saliency && createExplainer(saliency.method, { ...network, evaluator, steps: saliency.steps ?? SALIENCY_STEPS });
  const view = { inputSize, mode, cropPct: variant.cropPct, filter: variant.interpolation };

  async function answerFor(path: string, picture: string | undefined): Promise<PredictRow> {
    const { image, pixels } = await viewOf(path, view);
    const logits = Array.from(evaluator.logits(pixels));
    if (!logits.every(Number.isFinite))
      throw new LabError('trial-failed', `The network's output for ${path} is no number: its weights overflow.`, { path });
    const predicted = classes[predictedClass(logits)];
    const row: PredictRow = { path, classes: [...classes], logits, probabilities: probabilitiesOf(logits), predicted };
    if (!explainer) return row;
    const { heat, resolution, completeness } = explainer.explain(pixels, predictedClass(logits));
    const box = seenBox(image, view);
    const drawn = await draw({ heat, size: inputSize, box }, image, picture);
    const seen = (box.width * box.height) / (image.width * image.height);
    const empty = heat.every((value) => value === 0);
    const { method } = saliency!;
    return { ...row, saliency: { method, class: predicted, seen, empty, resolution, ...(completeness ?? NO_SUM), ...drawn } };
  }

  const rows: Rows = [];
  for (const [i, path] of request.files.entries()) {
    rows.push(await answerFor(path, saliency?.pictures?.[i]).catch((error: unknown) => failureOf(path, error)));
  }
  return rows;
}

/** One image without an answer must not take the answers of the others. */
function failureOf(path: string, error: unknown): PredictFailure {
  const { code, message } = toEnvelope(error);
  return { path, error: { code, message } };
}

/** The network of the weights file, its classes, and how it sees images. */
async function openNetwork(request: PredictRequest) {
  const file = await openWeights(request.weights);
  const { metadata } = file;
  const id = request.model ?? metadata.model;
  if (!id)
    throw new LabError('bad-input', `${request.weights} does not say which model it belongs to: name it with --model.`, {
      field: 'model',
    });
  const stored = metadata.input_size?.split(',').map(Number);
  const trainedSize = stored?.length === 2 ? ([stored[0], stored[1]] as const) : undefined;
  const classes = file.classes ?? MALIGNANCY.classes;
  const { variant, model, inputSize } = createModel(id, request.inputSize ?? trainedSize, classes.length);
  const mode = request.resize ?? (metadata.evaluation === 'full frame' ? ('full frame' as const) : ('crop' as const));
  const { saliency } = request;
  if (saliency && !saliencyMethods(variant).includes(saliency.method))
    throw new LabError(
      'bad-input',
      `Grad-CAM needs a feature map, and ${variant.name} has none: use integrated-gradients, which works for every network.`,
      { field: 'method' },
    );
  const weights = file.load(model);
  return { model, variant, classes, inputSize, mode, weights, computation: { rung: 'session', precision: 'float32' } as const };
}

/** @param path where to write the comparison; without it the layer is returned */
async function draw(placed: PlacedHeat, image: Pixels, path: string | undefined): Promise<{ path: string } | { layer: string }> {
  if (path === undefined)
    return { layer: `data:image/png;base64,${(await layerPng(placed, image, LAYER_PIXELS)).toString('base64')}` };
  const png = await comparisonPng(placed, image);
  await writeAtomically(path, png).catch((error: NodeJS.ErrnoException) => {
    throw new LabError('bad-input', `${path} could not be written (${error.code}).`, { field: 'saliency', path });
  });
  return { path };
}

async function viewOf(path: string, view: EvaluationView): Promise<{ image: Pixels; pixels: Uint8Array }> {
  const image = await decodeImage(path);
  if (!image.ok) throw new LabError('bad-input', `${path}: ${image.what}.`, { field: 'files', path });
  try {
    return { image, pixels: evaluationView(image, view) };
  } catch (error) {
    throw new LabError('bad-input', `${path}: ${(error as Error).message}.`, { field: 'files', path });
  }
}
