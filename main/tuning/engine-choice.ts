import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import { type EngineChoice, engineChoiceSchema, type TrialConfig } from '../../shared/contract/trial.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { trainingMemory } from '../../shared/domain/estimates.ts';
import { candidates, candidateEnvironment, type Candidate, defaultCandidate } from './candidates.ts';
import { RUNGS, type Rung } from '../engine/step.ts';
import { findRuntime } from '../runtime/find.ts';
import { fastest, type Measured, suffices, tune } from './tune.ts';
import { readJson, readSealed, writeJson, writeSealed } from '../platform/atomic.ts';
import { entryUrl } from '../platform/entries.ts';
import { cacheFolder } from '../platform/paths.ts';
import { version } from '../platform/version.ts';
import type { StepRequest } from './measure.ts';

/** A batch whose estimated memory is so many times what there is is not tried: trying could bring the machine down. */
const HOPELESS = 2;

export interface ChoiceOptions {
  readonly config: TrialConfig;
  /** engine.json of the trial */
  readonly path: string;
  /** optimiser steps that the trial has before it */
  readonly steps: number;
  /** memory that the trial needs beside its steps: the decoded images */
  readonly reservedBytes: number;
  /** how steps are to be computed; undefined: what measures fastest */
  readonly engine?: string;
  /** trials that run on the machine at once, this one included */
  readonly share?: number;
  readonly signal?: AbortSignal;
  readonly onMeasure?: (done: number, total: number) => void;
}

/**
 * How a trial computes its steps, and with which batch: as it did before if it is resumed, so that it gives the same bits; else
 * as it is told to, by an option or MAGNILAB_ENGINE; else by measuring, remembered per network, input, batch, machine and versions. A batch that does not
 * fit into memory is halved until it does (the paper's rule).
 * @throws LabError "out-of-memory" when not even one image fits, "runtime-missing"
 */
export async function chooseEngine(options: ChoiceOptions): Promise<EngineChoice> {
  const { config, path } = options;
  const given = givenRung(options.engine);
  const earlier = await earlierChoice(path);
  if (earlier && (!given || given === earlier.rung)) return earlier;
  const device = findRuntime()?.record.device ?? 'cpu';
  const planned = earlier ? earlier.batchSize : Math.min(config.training.batchSize, config.train.length);
  const choice = given
    ? { ...described({ ...defaultCandidate(device), rung: given }), batchSize: planned, source: 'given' as const, measured: [] }
    : await measuredChoice(options, device, planned);
  const whole = { ...choice, plannedBatchSize: config.training.batchSize };
  await writeSealed(path, whole);
  return whole;
}

/**
 * What was chosen before; null at the first start. A damaged choice is not made again: another one could give other bits.
 * @throws LabError "damaged-file"
 */
async function earlierChoice(path: string): Promise<EngineChoice | null> {
  try {
    return (await readSealed(engineChoiceSchema, path, 'engine choice')).value;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    if (error.code === 'not-found') return null;
    const advice = 'Delete it to choose anew; the last digits of the results may then differ.';
    throw new LabError('damaged-file', `${error.message} ${advice}`, { path });
  }
}

/** Puts the choice into this process's environment. Before TensorFlow is loaded. */
export function applyChoice(choice: EngineChoice): void {
  Object.assign(process.env, candidateEnvironment(choice));
}

/** The same choice with half the batch, recorded. @throws LabError "out-of-memory" when one image is too much */
export async function halveBatch(path: string, choice: EngineChoice): Promise<EngineChoice> {
  const halved = { ...choice, batchSize: half(choice.batchSize) };
  await writeSealed(path, halved);
  return halved;
}

async function measuredChoice(
  { config, steps, reservedBytes, share, signal, onMeasure }: ChoiceOptions,
  device: 'cpu' | 'gpu',
  planned: number,
): Promise<Omit<EngineChoice, 'plannedBatchSize'>> {
  const limit = memoryLimit(share) - reservedBytes;
  const ways = candidates(device, config.training.precision === 'mixed');
  const variant = findVariant(config.model)!;
  const all: EngineChoice['measured'] = [];
  for (let batchSize = planned; ; batchSize = half(batchSize)) {
    const request: StepRequest = {
      model: config.model,
      inputSize: config.inputSize,
      classes: config.classes,
      training: { ...config.training, batchSize },
    };
    if (device === 'cpu' && trainingMemory(variant, config.inputSize, batchSize) > HOPELESS * limit) continue;
    const known = await remembered(request, device, ways, steps);
    const measured =
      known ??
      (await tune({
        candidates: ways,
        entry: entryUrl('measure'),
        request,
        steps,
        signal,
        onMeasure,
      }));
    all.push(...measured.map((m) => ({ ...m, batchSize })));
    const fitting = measured.filter(({ measurement: m }) => m.ok && (device === 'gpu' || m.peakBytes <= limit));
    const best = fastest(fitting, steps);
    if (best) {
      if (!known) await remember(request, device, measured);
      return { ...described(best.candidate), batchSize, source: known ? 'remembered' : 'measured', measured: all };
    }
    const tooLarge = measured.some(({ measurement: m }) => m.ok || m.outOfMemory);
    if (!tooLarge) {
      // no candidate runs: the step itself is wrong, and the trial will say how
      return { ...described({ ...defaultCandidate(device), rung: 'eager' }), batchSize, source: 'measured', measured: all };
    }
  }
}

function half(batchSize: number): number {
  if (batchSize > 1) return Math.floor(batchSize / 2);
  throw new LabError(
    'out-of-memory',
    'Memory does not suffice for a batch of one image: choose a smaller input or a smaller network.',
    {
      field: 'training.batchSize',
    },
  );
}

function described({ rung, precision, oneDnn, threads }: Candidate): Candidate {
  return { rung, precision, oneDnn, threads };
}

/** @throws LabError "bad-input" */
function givenRung(engine = process.env.MAGNILAB_ENGINE): Rung | null {
  if (!engine) return null;
  const rung = RUNGS.find((r) => r === engine);
  if (!rung) throw new LabError('bad-input', `There is no engine "${engine}": use ${RUNGS.join(', ')}.`, { field: 'engine' });
  return rung;
}

/**
 * Bytes that a trial may take: the machine's or container's, or what MAGNILAB_MEMORY (bytes) allows. Of trials that run at once each
 * has its share of what there is, not of what the others leave: whichever starts first, they choose alike.
 */
function memoryLimit(share = 1): number {
  const given = Number(process.env.MAGNILAB_MEMORY);
  if (given) return given;
  return share === 1 ? process.availableMemory() : (process.constrainedMemory() || totalmem()) / share;
}

async function remembered(
  request: StepRequest,
  device: string,
  ways: readonly Candidate[],
  steps: number,
): Promise<Measured[] | null> {
  const file = await readJson(memoryPath(request, device), 'engine timings').catch(() => null);
  const parsed = engineChoiceSchema.shape.measured.safeParse((file as { measured?: unknown } | null)?.measured);
  return parsed.success && suffices(parsed.data, ways, steps) ? parsed.data : null;
}

async function remember(request: StepRequest, device: string, measured: readonly Measured[]): Promise<void> {
  const path = memoryPath(request, device);
  const { batchSize } = request.training;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeJson(path, { request, measured: measured.map((m) => ({ ...m, batchSize })) });
  } catch {
    // a cache that cannot be written costs time, nothing else
  }
}

/** One file per step, machine and versions. */
function memoryPath({ model, inputSize, training, classes }: StepRequest, device: string): string {
  const { batchSize, optimiser, precision, ema, gradientClip } = training;
  const runtime = findRuntime()?.record;
  const key = [
    [model, inputSize, classes.length, batchSize, optimiser, precision, ema > 0, gradientClip > 0],
    [device, cpus()[0]?.model, availableParallelism(), process.env.MAGNILAB_MEMORY],
    [version, runtime?.libtensorflow, runtime?.tfjs],
  ];
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 24);
  return join(cacheFolder('engine'), `${name}.json`);
}
