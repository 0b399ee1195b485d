import { existsSync } from 'node:fs';
import { LabError } from '../../shared/contract/errors.ts';
import type { EngineChoice, Epoch, ResumePoint, TrialConfig } from '../../shared/contract/trial.ts';
import type { Variant } from '../../shared/domain/families/index.ts';
import { logLoss, predictedClass } from '../../shared/analysis/scored.ts';
import { trainSetId } from '../../shared/domain/study/train-set.ts';
import { endingOf } from '../../shared/domain/study/ending.ts';
import { isBetter } from '../../shared/domain/study/selection.ts';
import { isOutOfMemory } from '../engine/out-of-memory.ts';
import type { Model } from '../models/model.ts';
import { createModel } from '../models/registry.ts';
import { initialWeights, type WeightValues } from '../models/weights.ts';
import { writeAtomically } from '../platform/atomic.ts';
import { loadResumePoint, openWeights, resumeCheckpoint, weightsCheckpoint } from './checkpoint.ts';
import { orDataAway } from './data-away.ts';
import { EpochSaver } from './epoch-saver.ts';
import { halveBatch } from '../tuning/engine-choice.ts';
import { Loader, stepsPerEpoch } from '../pictures/loader.ts';
import { EVALUATION_BATCH, Pictures, type TrialHooks } from '../pictures/pictures.ts';
import { learningRateAt, totalEpochs } from './schedule.ts';
import { Evaluator, Trainer } from './trainer.ts';
import { writeTests } from './write-tests.ts';
import { repairHistory, trialFiles } from '../project/trial-folder.ts';

export interface TrialOutcome {
  readonly stopped: boolean;
  readonly epochs: number;
  readonly trainingSeconds: number;
  /** as given, or with the batch that fitted */
  readonly choice: EngineChoice;
  /** what the training step really ran on; null when nothing was left to train */
  readonly compiled: Trainer['compiled'] | null;
}

export interface TrialInput {
  readonly folder: string;
  readonly config: TrialConfig;
  /** SHA-256 of config.json */
  readonly hash: string;
  /** of the lease of the folder */
  readonly token: string;
  readonly hooks: TrialHooks;
}

/** What it takes to go on after the last finished epoch. */
type Progress = Omit<ResumePoint, 'row' | 'rows' | 'config'>;

/**
 * Trains and tests one trial in its folder, from the start or from its resume point. TensorFlow must be loaded. When memory runs
 * out, it goes on after the last finished epoch with half the batch.
 * @throws LabError "out-of-memory" when a batch of one image does not fit
 */
export async function runTrial(input: TrialInput, choice: EngineChoice): Promise<TrialOutcome> {
  for (;;) {
    const attempt = new Attempt(input, choice);
    try {
      const stopped = !(await attempt.run());
      const { progress, compiled } = attempt;
      return { stopped, epochs: progress.epoch, trainingSeconds: progress.seconds, choice, compiled };
    } catch (error) {
      if (error instanceof LabError || !isOutOfMemory((error as Error).message)) throw orDataAway(error, input.config);
      const { batchSize } = choice;
      choice = await halveBatch(trialFiles(input.folder).engine, choice);
      const text = `Memory ran out with a batch of ${batchSize}: going on with ${choice.batchSize}.`;
      input.hooks.send({ type: 'notice', text });
    } finally {
      await attempt.close();
    }
  }
}

/**
 * One try at a trial with one batch size. Writes history.jsonl, checkpoint-last, checkpoint-best and, at the end,
 * predictions.csv. Order of the writes of an epoch, behind the next one: best weights, resume point, history; a crash between any two of
 * them is mended on resume.
 */
class Attempt {
  progress: Progress = { epoch: 0, steps: 0, bestEpoch: -1, bestAccuracy: -1, bestLoss: null, seconds: 0 };
  compiled: Trainer['compiled'] | null = null;
  /** the finished epochs */
  private rows: Epoch[] = [];
  private readonly config: TrialConfig;
  private readonly hash: string;
  private readonly saver: EpochSaver;
  private readonly hooks: TrialHooks;
  private readonly files: ReturnType<typeof trialFiles>;
  private readonly choice: EngineChoice;
  private readonly variant: Variant;
  private readonly model: Model;
  private readonly pictures: Pictures;
  private readonly epochs: number;
  private readonly batchSize: number;
  /** class -> number of its logit */
  private readonly classNumbers: ReadonlyMap<string, number>;
  private trainer: Trainer | null = null;
  private evaluator: Evaluator | null = null;

  constructor({ folder, config, hash, token, hooks }: TrialInput, choice: EngineChoice) {
    const { variant, model } = createModel(config.model, config.inputSize, config.classes.length);
    this.config = config;
    this.hash = hash;
    this.saver = new EpochSaver({ folder, token });
    this.hooks = hooks;
    this.files = trialFiles(folder);
    this.choice = choice;
    this.variant = variant;
    this.model = model;
    this.pictures = new Pictures(config, variant, hooks);
    this.epochs = totalEpochs(config.training);
    this.batchSize = Math.min(choice.batchSize, config.train.length);
    this.classNumbers = new Map(config.classes.map((name, i) => [name, i]));
  }

  /** @returns false when it was stopped */
  async run(): Promise<boolean> {
    return (await this.train()) && (await this.test());
  }

  /** What is being written is on disk then, or could not be written. */
  async close(): Promise<void> {
    await this.saver.close();
    this.trainer?.dispose();
    this.evaluator?.dispose();
    this.trainer = this.evaluator = null;
  }

  private async train(): Promise<boolean> {
    const trainer = await this.openTrainer();
    if (this.isOver) return true;
    const loader = await this.openLoader();
    if (!loader) return false;
    try {
      while (!this.isOver) {
        if (!(await this.oneEpoch(trainer, loader))) break;
      }
      await this.saver.settled();
      if (!this.isOver) return false;
      this.tellEnding();
      return true;
    } finally {
      await loader.close();
      this.trainer?.dispose();
      this.trainer = null;
    }
  }

  private get isOver(): boolean {
    return endingOf(this.rows, this.config.training) !== null;
  }

  private tellEnding(): void {
    const { patience, minutes } = this.config.training;
    const ending = endingOf(this.rows, this.config.training);
    const after = `after epoch ${this.rows.length} of ${this.epochs}`;
    const why = { epochs: null, patience: `${patience} epochs without a better validation`, time: `its ${minutes?.toPrecision(3)} minutes are over` }; // prettier-ignore
    if (ending && why[ending]) this.hooks.send({ type: 'notice', text: `Training ends ${after}: ${why[ending]}.` });
  }

  /** A trainer at the resume point where there is one. */
  private async openTrainer(): Promise<Trainer> {
    const { model, variant, batchSize, config, choice } = this;
    const { seed, inputSize, training: settings } = config;
    const weights = initialWeights(model, seed);
    const trainer = new Trainer({ model, variant, settings, batchSize, inputSize, seed, weights, computation: choice });
    this.trainer = trainer;
    this.compiled = trainer.compiled;
    if (existsSync(this.files.last)) {
      const { point, values } = await loadResumePoint(this.files.last, trainer.state, this.hash);
      trainer.write(values);
      const { row, rows, config: _config, ...progress } = point;
      this.rows = await repairHistory(this.files.history, progress.epoch, rows ?? row, this.hooks.check);
      this.progress = progress;
    } else {
      await writeAtomically(this.files.history, '', this.hooks.check);
      this.rows = [];
    }
    return trainer;
  }

  /** The decoded images leave scope here: they live on in the loader's shared memory alone. */
  private async openLoader(): Promise<Loader | null> {
    const images = await this.pictures.training();
    return images && new Loader({ ...this.config, images, batchSize: this.batchSize, zooms: this.pictures.zooms() });
  }

  private async oneEpoch(trainer: Trainer, loader: Loader): Promise<boolean> {
    const { config, hooks, files } = this;
    const before = this.progress;
    const { epoch } = before;
    const started = performance.now();
    const secondsSince = () => (performance.now() - started) / 1000;
    const learningRate = learningRateAt(epoch, config.training);
    const steps = stepsPerEpoch(config.train.length, this.batchSize);
    let [loss, correct, seen, done] = [0, 0, 0, 0];
    for await (const batch of loader.epoch(epoch)) {
      const labels = Int32Array.from(batch.images, (i) => this.classNumbers.get(config.train[i].label)!);
      const result = trainer.step(batch.pixels, labels, learningRate, before.steps + done);
      if (!Number.isFinite(result.loss))
        throw new LabError(
          'trial-failed',
          `The loss is not a number in epoch ${epoch + 1}: lower the learning rate (${learningRate}).`,
          { field: 'training.learningRate' },
        );
      loss += result.loss * labels.length;
      correct += result.correct;
      seen += labels.length;
      done++;
      const seconds = secondsSince();
      const epochSeconds = epoch > 0 ? before.seconds / epoch : (seconds / done) * steps;
      hooks.send({
        type: 'step',
        epoch,
        epochs: this.epochs,
        step: done,
        steps,
        loss: loss / seen,
        learningRate,
        imagesPerSecond: seen / seconds,
        secondsLeft: Math.max(0, epochSeconds * (this.epochs - epoch) - seconds),
        memoryBytes: process.memoryUsage.rss(),
      });
      await new Promise(setImmediate); // lets a stop arrive
      if (hooks.signal.aborted) return false;
    }
    const trainSeconds = secondsSince();
    const state = trainer.read();
    const weights = trainer.evaluated(state);
    const validation = await this.validate(weights);
    if (hooks.signal.aborted) return false;
    // without validation images the last epoch counts, as a rule and not by luck
    const leader = before.bestEpoch < 0 ? null : { accuracy: before.bestAccuracy, loss: before.bestLoss ?? null };
    const best = config.training.selection === 'last' || !validation || isBetter(validation, leader);
    const seconds = secondsSince();
    const row: Epoch = {
      epoch,
      epochs: this.epochs,
      learningRate,
      trainLoss: loss / seen,
      trainAccuracy: correct / seen,
      validationLoss: validation?.loss ?? null,
      validationAccuracy: validation?.accuracy ?? null,
      imagesPerSecond: seen / trainSeconds,
      waitShare: loader.waitedSeconds / trainSeconds,
      seconds,
      best,
    };
    const after: Progress = {
      epoch: epoch + 1,
      steps: before.steps + done,
      bestEpoch: best ? epoch : before.bestEpoch,
      bestAccuracy: best ? (validation?.accuracy ?? -1) : before.bestAccuracy,
      bestLoss: best ? (validation?.loss ?? null) : (before.bestLoss ?? null),
      seconds: before.seconds + seconds,
    };
    const rows = [...this.rows, row];
    // weights that no test will read are not written: where the last epoch counts, its own alone
    const isTested = validation && config.training.selection !== 'last' ? best : endingOf(rows, config.training) !== null;
    const checkpoints = [
      ...(isTested ? [weightsCheckpoint(files.best, this.model, weights, after.steps, weightsMetadata(config, epoch))] : []),
      resumeCheckpoint(files.last, trainer.state, state, { ...after, row, rows, config: this.hash }),
    ];
    await this.saver.save({ checkpoints, row }, () => hooks.send({ type: 'epoch', row }));
    this.rows = rows;
    this.progress = after;
    return true;
  }

  private async validate(weights: WeightValues): Promise<{ loss: number; accuracy: number } | null> {
    const { validation } = this.config;
    if (validation.length === 0) return null;
    const evaluator = this.evaluatorWith(weights);
    let [loss, correct] = [0, 0];
    const shown = validation.map((image) => ({ image }));
    for await (const { images, pixels } of this.pictures.evaluation(shown, 'validating')) {
      const logits = requireFinite(evaluator.logits(pixels));
      images.forEach(({ image }, i) => {
        const truth = this.classNumbers.get(image.label)!;
        const own = this.logitsOf(logits, i);
        if (predictedClass(own) === truth) correct++;
        loss += logLoss(own, truth);
      });
    }
    return { loss: loss / validation.length, accuracy: correct / validation.length };
  }

  private async test(): Promise<boolean> {
    const evaluator = this.evaluatorWith((await openWeights(this.files.best)).load(this.model));
    return writeTests(this.config, this.files, this.pictures, this.hooks, (pixels) => requireFinite(evaluator.logits(pixels)));
  }

  /** Those of the batch's image i. */
  private logitsOf(logits: Float32Array, i: number): Float32Array {
    const count = this.config.classes.length;
    return logits.subarray(i * count, (i + 1) * count);
  }

  private evaluatorWith(weights: WeightValues): Evaluator {
    if (this.evaluator) this.evaluator.write(weights);
    else {
      const { model, variant, config } = this;
      const { inputSize } = config;
      const computation = { rung: this.compiled?.rung ?? this.choice.rung, precision: 'float32' } as const;
      this.evaluator = new Evaluator({ model, variant, batchSize: EVALUATION_BATCH, inputSize, weights, computation });
    }
    return this.evaluator;
  }
}

function weightsMetadata(config: TrialConfig, epoch: number): Record<string, string> {
  return {
    format: 'pt', // names and layouts are PyTorch's
    model: config.model,
    classes: JSON.stringify(config.classes),
    input_size: config.inputSize.join(','),
    evaluation: config.evaluation,
    train_set: trainSetId(config.trainSet),
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
