import { execFile, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EngineChoice } from '../../shared/contract/trial.ts';
import { trainingSchema } from '../../shared/contract/plan.ts';
import { imageCost, findVariant } from '../../shared/domain/catalogue.ts';
import { trainingMemory } from '../../shared/domain/estimates.ts';
import { entryUrl } from '../../main/platform/entries.ts';
import { tensorflowEnvironment } from '../../main/runtime/find.ts';
import { candidateEnvironment, candidates, defaultCandidate, describeCandidate } from '../../main/tuning/candidates.ts';
import { chooseEngine } from '../../main/tuning/engine-choice.ts';
import type { StepRequest as MeasureRequest } from '../../main/tuning/measure.ts';
import { fastest, tune } from '../../main/tuning/tune.ts';
import { NETWORKS } from '../../bench/networks.ts';
import { trialConfig } from '../helpers/config.ts';
import type { StepAnswer, StepRequest } from './step.ts';

const run = promisify(execFile);

/** One line of the report. */
export interface Row {
  readonly check: string;
  readonly what: string;
  /** null: a fact, which neither passes nor fails */
  readonly passed: boolean | null;
  readonly found: string;
}

/** Where a process computes: everything that hides or shows a GPU is its environment. */
export type Place = 'cpu' | 'gpu';
const environmentOf = (place: Place): NodeJS.ProcessEnv => (place === 'cpu' ? { CUDA_VISIBLE_DEVICES: '-1' } : {});

const MINUTES = 60_000;

/** Runs the step in a process of its own. @param meanwhile called while the process still holds its memory */
async function step(request: StepRequest, place: Place, meanwhile?: () => Promise<void>): Promise<StepAnswer> {
  const child = fork(fileURLToPath(new URL('step.ts', import.meta.url)), [JSON.stringify(request)], {
    env: {
      ...tensorflowEnvironment(),
      ...candidateEnvironment({ ...defaultCandidate(place), rung: request.rung }),
      ...environmentOf(place),
      NVIDIA_TF32_OVERRIDE: '0', // TF32 rounds float32 to ten bits: another question
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: 10 * MINUTES,
  });
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-2000)));
  try {
    const answer = await new Promise<StepAnswer>((resolve, reject) => {
      child.once('message', (message) => resolve(message as StepAnswer));
      child.once('error', reject);
      child.once('close', (code, signal) => reject(new Error(`ended with ${signal ?? code}: ${log.trim().split('\n').at(-1)}`)));
    });
    await meanwhile?.();
    return answer;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Largest share by which losses, and the lengths of changes, may differ from the CPU's. */
const TOLERANCE = { float32: 2e-3, float16: 5e-2, bfloat16: 1e-1 } as const;

/**
 * One training step of every network, without randomness, on the GPU and on the CPU: the same loss, and the same change of all
 * parameters.
 * @param place of the contender; the reference is always the CPU, step by step
 */
export async function* parity(
  networks: readonly string[],
  place: Place,
  precisions: readonly ('float32' | 'float16')[],
): AsyncGenerator<Row> {
  for (const model of networks) {
    const check = `parity ${model}`;
    try {
      const reference = await step({ model, rung: 'eager', precision: 'float32' }, 'cpu');
      for (const precision of precisions) {
        for (const rung of ['session', 'xla'] as const) {
          const what = `${rung}, ${precision === 'float32' ? precision : 'mixed'}`;
          yield await step({ model, rung, precision }, place).then(
            (found) => compare({ check, what }, found, reference, place, TOLERANCE[precision]),
            (error: Error) => ({ check, what, passed: false, found: error.message }),
          );
        }
      }
    } catch (error) {
      yield { check, what: 'reference on the CPU', passed: false, found: (error as Error).message };
    }
  }
}

/** Whether a step did the same as the reference, where it was to be computed. */
export function compare(
  row: Pick<Row, 'check' | 'what'>,
  found: StepAnswer,
  reference: StepAnswer,
  place: Place,
  tolerance: number,
): Row {
  const length = (values: readonly number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  const apart = length(found.change.map((v, i) => v - reference.change[i])) / length(reference.change);
  const lossApart = Math.abs(found.loss - reference.loss) / Math.abs(reference.loss);
  const facts = [`loss apart by ${lossApart.toExponential(1)}`, `change by ${apart.toExponential(1)}`, `on ${found.device}`];
  if (found.refusals.length > 0) facts.push(`went on as ${found.rung}: ${found.refusals.join('; ')}`);
  // XLA may lack an operator: a lower rung is a fact, the wrong device a fault
  const same = found.change.length === reference.change.length;
  const passed = found.device === place && same && lossApart <= tolerance && apart <= tolerance;
  return { ...row, passed, found: facts.join(', ') };
}

/** Memory of the GPUs in use, bytes, as the driver says; null where it does not. */
async function gpuMemory(): Promise<{ used: number; total: number } | null> {
  try {
    const query = ['--query-gpu=memory.used,memory.total', '--format=csv,noheader,nounits'];
    const { stdout } = await run('nvidia-smi', query);
    const rows = stdout.trim().split('\n').map((line) => line.split(',').map((mib) => Number(mib) * 2 ** 20)); // prettier-ignore
    const [first] = rows;
    return first.every(Number.isFinite) ? { used: first[0], total: first[1] } : null;
  } catch {
    return null;
  }
}

const GROWTH_SHARE = 0.25;

/** TensorFlow takes a GPU's whole memory unless it is told to grow: trials beside each other need that. */
export async function growth(model: string, place: Place): Promise<Row> {
  const check = 'memory limit';
  const what = `a step of ${model} takes less than ${100 * GROWTH_SHARE} % of the GPU's memory`;
  const before = await gpuMemory();
  let during = before;
  try {
    await step({ model, rung: 'session', precision: 'float32' }, place, async () => void (during = await gpuMemory()));
  } catch (error) {
    return { check, what, passed: false, found: (error as Error).message };
  }
  if (!before || !during) return { check, what, passed: null, found: 'nvidia-smi does not say how much is in use' };
  const taken = during.used - before.used;
  const found = `${megabytes(taken)} of ${megabytes(during.total)}`;
  return { check, what, passed: place === 'gpu' ? taken < GROWTH_SHARE * during.total : null, found };
}

export interface Raced {
  readonly model: string;
  readonly batchSize: number;
}

/** Training steps a second on both; the GPU in float32 and mixed. */
export async function* bench(networks: readonly Raced[], place: Place): AsyncGenerator<Row> {
  for (const { model, batchSize } of networks) {
    const cpu = await speed(model, batchSize, 'cpu', false);
    const precisions = place === 'gpu' ? [false, true] : [false];
    const words = ({ images, words: way }: Speed) => (images === null ? way : `${images.toFixed(1)} images/s (${way})`);
    const [found, images]: [string[], number[]] = [[], []];
    for (const mixed of precisions) {
      const contender = await speed(model, batchSize, place, mixed);
      found.push(`${mixed ? 'mixed' : 'float32'} ${words(contender)}`);
      images.push(contender.images ?? 0);
    }
    const best = Math.max(...images);
    if (cpu.images !== null) found.push(`${(best / cpu.images).toFixed(1)} times the CPU`);
    const passed = cpu.images !== null && images.every((speed) => speed > 0); // how much faster is a fact
    yield { check: `bench ${model}`, what: `batch of ${batchSize}: CPU ${words(cpu)}`, passed, found: found.join('; ') };
  }
}

interface Speed {
  /** a second; null: none of the ways ran */
  readonly images: number | null;
  readonly words: string;
}

async function speed(model: string, batchSize: number, place: Place, mixed: boolean): Promise<Speed> {
  const ways = place === 'gpu' ? candidates('gpu', mixed) : [defaultCandidate('cpu')];
  const wanted = mixed ? ways.filter(({ precision }) => precision !== 'float32') : ways;
  const { inputSize } = findVariant(model)!;
  const training = trainingSchema.parse({ batchSize, precision: mixed ? 'mixed' : 'float32' });
  const request: MeasureRequest = { model, inputSize: [inputSize, inputSize], classes: ['benign', 'malignant'], training };
  const measured = await within(place, () => tune({ candidates: wanted, entry: entryUrl('measure'), request, steps: 1e6 }));
  const best = fastest(measured, 1e6);
  if (best?.measurement.ok)
    return { images: batchSize / best.measurement.secondsPerStep, words: describeCandidate(best.candidate) };
  return { images: null, words: measured.map(({ measurement }) => (measurement.ok ? '' : measurement.reason)).join('; ') };
}

/** Processes that are started in `work` compute there. */
async function within<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const before = process.env.CUDA_VISIBLE_DEVICES;
  Object.assign(process.env, environmentOf(place));
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.CUDA_VISIBLE_DEVICES;
    else process.env.CUDA_VISIBLE_DEVICES = before;
  }
}

/**
 * A batch that does not fit is halved until it does, by the same choice that a trial makes. On a GPU the batch is one that its memory
 * cannot hold; on a CPU the limit is one that the batch does not keep.
 */
export async function halving(folder: string, place: Place): Promise<Row> {
  const check = 'out of memory';
  const total = place === 'gpu' ? ((await gpuMemory())?.total ?? 80e9) : null;
  const { model, size, planned } = total === null ? TOO_SMALL : tooLarge(total);
  const what = `${model}, batch of ${planned} is halved until it fits`;
  const image = { relativePath: 'x.png', sha256: 'x', label: 'benign', case: 'x', magnification: 40, width: 700, height: 460 };
  const config = trialConfig({
    model,
    inputSize: [size, size],
    dataset: { folder, manifestSha256: null, datasetSha256: 'x' } as never,
    train: Array.from({ length: planned }, () => image) as never,
    training: trainingSchema.parse({ batchSize: planned }),
  });
  const choose = (name: string) => chooseEngine({ config, path: join(folder, name), steps: 1, reservedBytes: 0 });
  try {
    if (total === null) process.env.MAGNILAB_MEMORY = String(peakOf(await choose('whole.json')) * 0.8);
    const choice = await choose('halved.json');
    const tried = choice.measured.map(({ batchSize, measurement: m }) => {
      const words = !m.ok ? (m.outOfMemory ? 'ran out of memory' : m.reason) : `takes ${megabytes(m.peakBytes)}`;
      return `${batchSize} ${words}`;
    });
    const ranOut = place === 'cpu' || choice.measured.some(({ measurement: m }) => !m.ok && m.outOfMemory);
    const passed = choice.batchSize < planned && choice.plannedBatchSize === planned && ranOut;
    return { check, what, passed, found: `${choice.batchSize} is taken; tried: ${tried.join(', ')}` };
  } catch (error) {
    return { check, what, passed: false, found: (error as Error).message };
  } finally {
    delete process.env.MAGNILAB_MEMORY;
  }
}

const TOO_SMALL = { model: 'resnet_test', size: 416, planned: 32 } as const;

function peakOf({ measured }: EngineChoice): number {
  const [{ measurement }] = measured;
  if (!measurement.ok) throw new Error(measurement.reason);
  return measurement.peakBytes;
}

/** A batch of the network whose images take the most memory, so large that by the estimate three GPUs would not hold it. */
function tooLarge(total: number): { model: string; size: number; planned: number } {
  const variants = NETWORKS.map(({ id }) => findVariant(id)!);
  const kept = (variant: (typeof variants)[number]) =>
    imageCost(variant, [variant.inputSize, variant.inputSize]).kept / variant.inputSize ** 2;
  const variant = variants.reduce((most, next) => (kept(next) > kept(most) ? next : most));
  const size = variant.inputSize;
  let planned = 2;
  while (trainingMemory(variant, [size, size], planned) < 3 * total) planned *= 2;
  return { model: variant.id, size, planned };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
