import { existsSync } from 'node:fs';
import { LabError } from '../../shared/contract/errors.ts';
import type { Epoch, Prediction, ResumePoint, TrialConfig } from '../../shared/contract/trial.ts';
import { labelIndex } from '../../shared/domain/label.ts';
import { inputSizeProblem } from '../../shared/domain/catalogue.ts';
import { encodePredictions, predictionOf } from '../evaluation/predictions.ts';
import { createModel } from '../models/registry.ts';
import { initialValues, Weights } from '../models/weights.ts';
import { writeAtomically } from '../store/atomic.ts';
import { loadResumePoint, openWeights, saveResumePoint, saveWeights } from './checkpoint.ts';
import { Loader, stepsPerEpoch } from './loader.ts';
import { Pictures, type TrialHooks } from './pictures.ts';
import { learningRateAt, totalEpochs } from './schedule.ts';
import { countCorrect, evaluate, Trainer } from './trainer.ts';
import { appendHistory, repairHistory, trialFiles } from './trial-folder.ts';

export interface TrialOutcome {
  readonly stopped: boolean;
  readonly epochs: number;
  readonly trainingSeconds: number;
}

/** What it takes to go on after the last finished epoch. */
type Progress = Omit<ResumePoint, 'row' | 'config'>;

/**
 * Trains and tests one trial in its folder, from the start or from its resume point. TensorFlow must be loaded.
 * Writes history.jsonl, checkpoint-last, checkpoint-best and, at the end, predictions.csv. Order of the writes of an epoch:
 * best weights, resume point, history; a crash between any two of them is mended on resume.
 */
export async function runTrial(folder: string, config: TrialConfig, hash: string, hooks: TrialHooks): Promise<TrialOutcome> {
  const files = trialFiles(folder);
  const { variant, model } = createModel(config.model);
  const problem = inputSizeProblem(variant, config.inputSize);
  if (problem) throw new LabError('bad-input', problem, { field: 'inputSize' });
  const pictures = new Pictures(config, variant, hooks);
  const epochs = totalEpochs(config.training);
  const trainer = new Trainer(
    model,
    variant,
    new Weights(model, (spec) => initialValues(spec, config.seed)),
    config.training,
    config.seed,
  );
  let progress: Progress = { epoch: 0, steps: 0, bestEpoch: -1, bestAccuracy: -1, seconds: 0 };
  if (existsSync(files.last)) {
    const { row, config: _config, ...point } = await loadResumePoint(files.last, trainer.weights, trainer.momenta, hash);
    await repairHistory(files.history, point.epoch, row);
    progress = point;
  } else {
    await writeAtomically(files.history, '');
  }
  const logitsOf = (weights: Weights, pixels: Uint8Array, count: number) =>
    evaluate(model, variant, weights, pixels, count, config.inputSize);
  const stopped = (): TrialOutcome => ({ stopped: true, epochs: progress.epoch, trainingSeconds: progress.seconds });

  if (progress.epoch < epochs) {
    const loader = await openLoader();
    if (!loader) return stopped();
    try {
      while (progress.epoch < epochs) {
        const next = await oneEpoch(loader, progress);
        if (!next) return stopped();
        progress = next;
      }
    } finally {
      await loader.close();
    }

    /** The decoded images leave scope here: they live on in the loader's shared memory alone. */
    async function openLoader(): Promise<Loader | null> {
      const images = await pictures.training();
      return images && new Loader({ ...config, images, batchSize: config.training.batchSize });
    }

    async function oneEpoch(loader: Loader, before: Progress): Promise<Progress | null> {
      const started = performance.now();
      const { epoch } = before;
      const learningRate = learningRateAt(epoch, config.training);
      const steps = stepsPerEpoch(config.train.length, config.training.batchSize);
      let [loss, correct, seen, done] = [0, 0, 0, 0];
      for await (const batch of loader.epoch(epoch)) {
        const labels = batch.images.map((i) => labelIndex(config.train[i].label));
        const result = trainer.step(batch.pixels, labels, config.inputSize, learningRate, before.steps + done);
        if (!Number.isFinite(result.loss))
          throw new LabError(
            'trial-failed',
            `The loss is not a number in epoch ${epoch + 1}: lower the learning rate (${learningRate}).`,
            {
              field: 'training.learningRate',
            },
          );
        loss += result.loss * labels.length;
        correct += result.correct;
        seen += labels.length;
        done++;
        const seconds = (performance.now() - started) / 1000;
        const epochSeconds = epoch > 0 ? before.seconds / epoch : (seconds / done) * steps;
        hooks.send({
          type: 'step',
          epoch,
          epochs,
          step: done,
          steps,
          loss: loss / seen,
          learningRate,
          imagesPerSecond: seen / seconds,
          secondsLeft: Math.max(0, epochSeconds * (epochs - epoch) - seconds),
          memoryBytes: process.memoryUsage.rss(),
        });
        await new Promise(setImmediate); // lets a stop arrive
        if (hooks.stopped()) return null;
      }
      const trainSeconds = (performance.now() - started) / 1000;
      const validation = await validate();
      if (hooks.stopped()) return null;
      // without validation images the last epoch counts, as a rule and not by luck
      const best = config.training.selection === 'last' || !validation || validation.accuracy > before.bestAccuracy;
      const seconds = (performance.now() - started) / 1000;
      const row: Epoch = {
        epoch,
        epochs,
        learningRate,
        trainLoss: loss / seen,
        trainAccuracy: correct / seen,
        validationLoss: validation?.loss ?? null,
        validationAccuracy: validation?.accuracy ?? null,
        imagesPerSecond: seen / trainSeconds,
        seconds,
        best,
      };
      const after: Progress = {
        epoch: epoch + 1,
        steps: before.steps + done,
        bestEpoch: best ? epoch : before.bestEpoch,
        bestAccuracy: best ? (validation?.accuracy ?? -1) : before.bestAccuracy,
        seconds: before.seconds + seconds,
      };
      if (best) await saveWeights(files.best, trainer.weights, after.steps, weightsMetadata(config, epoch));
      await saveResumePoint(files.last, trainer.weights, trainer.momenta, { ...after, row, config: hash });
      await appendHistory(files.history, row);
      hooks.send({ type: 'epoch', row });
      return after;
    }
  }

  async function validate(): Promise<{ loss: number; accuracy: number } | null> {
    if (config.validation.length === 0) return null;
    let [loss, correct] = [0, 0];
    for await (const { images, pixels } of pictures.evaluation(config.validation, 'validating')) {
      const logits = requireFinite(logitsOf(trainer.weights, pixels, images.length));
      const labels = images.map((image) => labelIndex(image.label));
      correct += countCorrect(logits, labels);
      labels.forEach((label, i) => (loss += Math.log1p(Math.exp(logits[2 * i + 1 - label] - logits[2 * i + label]))));
    }
    return { loss: loss / config.validation.length, accuracy: correct / config.validation.length };
  }

  trainer.dispose();
  const best = (await openWeights(files.best)).load(model);
  const predictions: Prediction[] = [];
  for await (const { images, pixels } of pictures.evaluation(config.test, 'testing')) {
    const logits = requireFinite(logitsOf(best, pixels, images.length));
    images.forEach((image, i) => predictions.push(predictionOf(image, logits[2 * i], logits[2 * i + 1])));
  }
  best.dispose();
  if (hooks.stopped()) return stopped();
  await writeAtomically(files.predictions, encodePredictions(predictions));
  return { stopped: false, epochs: progress.epoch, trainingSeconds: progress.seconds };
}

function weightsMetadata(config: TrialConfig, epoch: number): Record<string, string> {
  return {
    format: 'pt', // names and layouts are PyTorch's
    model: config.model,
    classes: 'benign,malignant',
    input_size: config.inputSize.join(','),
    evaluation: config.evaluation,
    train_magnification: String(config.trainMagnification),
    trial: config.id,
    epoch: String(epoch),
    magnilab: config.magnilabVersion,
  };
}

/** A network that overflowed has no results, not wrong ones. */
function requireFinite(logits: Float32Array): Float32Array {
  if (logits.every(Number.isFinite)) return logits;
  throw new LabError('trial-failed', "The network's outputs are not numbers: lower the learning rate.", {
    field: 'training.learningRate',
  });
}
