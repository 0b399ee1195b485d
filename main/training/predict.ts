/**
 * The process behind `magnilab predict`: reads one JSON request from stdin, classifies the images and
 * prints one JSON answer on stdout.
 */
import { text } from 'node:stream/consumers';
import { LabError, parseOrThrow, toEnvelope } from '../../shared/contract/errors.ts';
import { predictRequestSchema, type PredictAnswer, type PredictRow } from '../../shared/contract/predict.ts';
import { decodeImage } from '../dataset/read-image.ts';
import { loadTensorFlow } from '../engine/tensorflow.ts';
import { probabilityMalignant } from '../evaluation/predictions.ts';
import { createModel } from '../models/registry.ts';
import { openWeights } from './checkpoint.ts';
import { evaluationView } from './resample.ts';
import { Evaluator } from './trainer.ts';

const answer = await predict().then(
  (predictions): PredictAnswer => ({ ok: true, predictions }),
  (error): PredictAnswer => ({ ok: false, error: toEnvelope(error) }),
);
process.stdout.write(`${JSON.stringify(answer)}\n`);

async function predict(): Promise<PredictRow[]> {
  const request = parseOrThrow(predictRequestSchema, JSON.parse(await text(process.stdin)), 'predict request');
  const file = await openWeights(request.weights);
  const { metadata } = file;
  const id = request.model ?? metadata.model;
  if (!id)
    throw new LabError('bad-input', `${request.weights} does not say which model it belongs to: name it with --model.`, {
      field: 'model',
    });
  const stored = metadata.input_size?.split(',').map(Number);
  const trainedSize = stored?.length === 2 ? ([stored[0], stored[1]] as const) : undefined;
  const { variant, model, inputSize } = createModel(id, request.inputSize ?? trainedSize);
  const mode = request.resize ?? (metadata.evaluation === 'full frame' ? 'full frame' : 'crop');
  await loadTensorFlow();
  const computation = { rung: 'session', precision: 'float32' } as const;
  const evaluator = new Evaluator({ model, variant, batchSize: 1, inputSize, weights: file.load(model), computation });
  const rows: PredictRow[] = [];
  for (const path of request.files) {
    const image = await decodeImage(path);
    if (!image.ok) throw new LabError('bad-input', `${path}: ${image.what}.`, { field: 'files', path });
    const view = { inputSize, mode, cropPct: variant.cropPct, filter: variant.interpolation };
    let pixels: Uint8Array;
    try {
      pixels = evaluationView(image, view);
    } catch (error) {
      throw new LabError('bad-input', `${path}: ${(error as Error).message}.`, { field: 'files', path });
    }
    const [benign, malignant] = evaluator.logits(pixels);
    const p = probabilityMalignant(benign, malignant);
    rows.push({ path, logits: [benign, malignant], probabilities: { benign: 1 - p, malignant: p } });
  }
  return rows;
}
