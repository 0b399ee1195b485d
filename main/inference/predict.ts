/**
 * The predict process: questions in, answers out, each a line of JSON. It classifies images, and writes networks as ONNX files. It
 * loads TensorFlow for the first question and keeps it, with the networks that were asked last; it ends when its input does.
 */
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import {
  type PredictAnswer,
  type PredictFailure,
  type PredictQuestion,
  predictQuestionSchema,
  type PredictRequest,
  type PredictRow,
} from '../../shared/contract/predict.ts';
import type { NetworkFacts, NetworkRequest } from '../../shared/contract/network.ts';
import { predictedClass, probabilitiesOf } from '../../shared/analysis/scored.ts';
import type { Variant } from '../../shared/domain/families/index.ts';
import { SALIENCY_STEPS, type SaliencyMethod, saliencyMethods } from '../../shared/domain/saliency.ts';
import { decodeImage } from '../pictures/read-image.ts';
import { loadTensorFlow } from '../runtime/load.ts';
import { writeAtomically } from '../platform/atomic.ts';
import { comparisonPng, layerPng, type PlacedHeat } from '../pictures/heat-picture.ts';
import { type EvaluationView, evaluationView, type Pixels } from '../pictures/resample.ts';
import { seenBox } from '../../shared/domain/framing.ts';
import { exportOnnx } from './export-onnx.ts';
import { type Network, openNetwork } from './open-network.ts';
import { createExplainer, type Explainer } from './saliency.ts';
import { requireWanted } from './wanted.ts';
import { type Computation, Evaluator } from '../training/trainer.ts';

/** The page shows images of so many pixels at most. */
const LAYER_PIXELS = 700;

/** Networks that are held ready, and bytes of their weights in all. */
const MOST_KEPT = 12;
const MOST_KEPT_BYTES = 600e6;

/** Grad-CAM's numbers of completeness. */
const NO_SUM = { change: null, residual: null, steps: null, baseline: null, copies: null };

type Saliency = NonNullable<PredictRequest['saliency']>;
type Rows = (PredictRow | PredictFailure)[];

const cancelled = new Set<number>();
/** answers, one after the other */
let last: Promise<void> = Promise.resolve();

createInterface({ input: process.stdin }).on('line', (line) => {
  const question = predictQuestionSchema.parse(JSON.parse(line));
  if ('cancel' in question) cancelled.add(question.cancel);
  else last = last.then(() => answer(question));
});

type Question = Exclude<PredictQuestion, { cancel: number }>;

async function answer(question: Question): Promise<void> {
  const { id } = question;
  const isCancelled = () => cancelled.has(id);
  const said = await answerTo(question, isCancelled).catch((error): PredictAnswer => ({
    ok: false,
    id,
    error: toEnvelope(error),
  }));
  cancelled.delete(id);
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

async function answerTo(question: Question, isCancelled: () => boolean): Promise<PredictAnswer> {
  const { id } = question;
  if ('exported' in question) return { ok: true, id, exported: await exportOnnx(question.exported, isCancelled) };
  if ('described' in question) return { ok: true, id, described: await describe(question.described) };
  return { ok: true, id, predictions: await predict(question.request, isCancelled) };
}

interface Ready {
  readonly network: Network & { readonly computation: Computation };
  readonly evaluator: Evaluator;
  readonly explainers: Map<string, Explainer>;
}

/** Networks that were asked, the last one last: the next question most often asks one of them. */
const kept = new Map<string, Ready>();

async function ready(request: NetworkRequest & Pick<PredictRequest, 'saliency'>): Promise<Ready> {
  const { weights, model, inputSize } = request;
  const { size, mtimeMs } = await stat(weights).catch(() => ({ size: 0, mtimeMs: 0 })); // openWeights says what is wrong
  const key = JSON.stringify([weights, size, mtimeMs, model, inputSize]);
  const known = kept.get(key);
  if (known) {
    kept.delete(key); // and set again: what was asked last goes last
    kept.set(key, known);
    return known;
  }
  const opened = await openNetwork(request, ({ variant }) => {
    if (request.saliency) requireMethod(variant, request.saliency.method); // before weights are read
  });
  await loadTensorFlow();
  makeRoom(bytesOf(opened));
  const network = { ...opened, computation: { rung: 'session', precision: 'float32' } as const };
  const made = { network, evaluator: new Evaluator({ ...network, batchSize: 1 }), explainers: new Map() };
  kept.set(key, made);
  return made;
}

/** Lets go of those networks that were not asked for longest. @param bytes of the weights that come */
function makeRoom(bytes: number): void {
  let held = [...kept.values()].reduce((sum, { network }) => sum + bytesOf(network), bytes);
  for (const [key, { network, evaluator, explainers }] of kept) {
    if (kept.size < MOST_KEPT && held <= MOST_KEPT_BYTES) break;
    for (const explainer of explainers.values()) explainer.dispose();
    evaluator.dispose();
    kept.delete(key);
    held -= bytesOf(network);
  }
}

function bytesOf({ weights }: Pick<Network, 'weights'>): number {
  return [...weights.values()].reduce((sum, values) => sum + values.byteLength, 0);
}

async function describe(request: NetworkRequest): Promise<NetworkFacts> {
  const { variant, classes, metadata } = (await ready(request)).network;
  return { model: variant.id, classes: [...classes], metadata: { ...metadata } };
}

function explainerFor({ network, evaluator, explainers }: Ready, { method, steps = SALIENCY_STEPS }: Saliency): Explainer {
  const key = `${method} ${steps}`;
  const explainer = explainers.get(key) ?? createExplainer(method, { ...network, evaluator, steps });
  explainers.set(key, explainer);
  return explainer;
}

async function predict(request: PredictRequest, isCancelled: () => boolean): Promise<Rows> {
  const { saliency } = request;
  const running = await ready(request);
  const { network, evaluator } = running;
  const { variant, inputSize, classes } = network;
  if (saliency) requireMethod(variant, saliency.method);
  const explainer = saliency && explainerFor(running, saliency);
  const mode = request.resize ?? network.mode;
  const view = { inputSize, mode, cropPct: variant.cropPct, filter: variant.interpolation };

  async function answerFor(path: string, picture: string | undefined): Promise<PredictRow> {
    const { image, pixels } = await viewOf(path, view);
    const logits = Array.from(evaluator.logits(pixels));
    if (!logits.every(Number.isFinite))
      throw new LabError('trial-failed', `The network's output for ${path} is no number: its weights overflow.`, { path });
    const answer = predictedClass(logits);
    const predicted = classes[answer];
    const row: PredictRow = { path, classes: [...classes], logits, probabilities: probabilitiesOf(logits), predicted };
    if (!explainer) return row;
    const { heat, resolution, completeness } = explainer.explain(pixels, answer);
    const box = seenBox(image, view);
    const drawn = await draw({ heat, size: inputSize, box }, image, picture);
    const seen = (box.width * box.height) / (image.width * image.height);
    const empty = heat.every((value) => value === 0);
    const { method } = saliency!;
    return { ...row, saliency: { method, class: predicted, seen, empty, resolution, ...(completeness ?? NO_SUM), ...drawn } };
  }

  const rows: Rows = [];
  for (const [i, path] of request.files.entries()) {
    requireWanted(isCancelled);
    rows.push(await answerFor(path, saliency?.pictures?.[i]).catch((error: unknown) => failureOf(path, error)));
  }
  return rows;
}

/** One image without an answer must not take the answers of the others. */
function failureOf(path: string, error: unknown): PredictFailure {
  const { code, message } = toEnvelope(error);
  return { path, error: { code, message } };
}

/** @throws LabError "bad-input" when the network does not allow the method */
function requireMethod(variant: Variant, method: SaliencyMethod): void {
  if (saliencyMethods(variant).includes(method)) return;
  throw new LabError(
    'bad-input',
    `Grad-CAM needs a feature map, and ${variant.name} has none: use integrated-gradients, which works for every network.`,
    { field: 'method' },
  );
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
