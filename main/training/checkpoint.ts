import { readFile } from 'node:fs/promises';
import { LabError, parseOrThrow } from '../../shared/contract/errors.ts';
import { type ResumePoint, resumePointSchema } from '../../shared/contract/trial.ts';
import { classesSchema } from '../../shared/contract/dataset.ts';
import { isMalignancy } from '../../shared/domain/breakhis.ts';
import { toTensorFlow, toTorch } from '../models/layout.ts';
import type { ParameterSpec } from '../models/layers.ts';
import type { Model } from '../models/model.ts';
import type { WeightValues } from '../models/weights.ts';
import { writeAtomically } from '../platform/atomic.ts';
import { requireChecksum, withChecksum } from './checksum.ts';
import { decodeSafetensors, safetensorsParts, type StoredTensor } from '../models/safetensors.ts';

/** State beside the model's own parameters: the optimiser's, moving averages, the loss scale. */
const TRAINING_STATE = /^(optimizer|ema|lossScale)(\.|$)/;

/**
 * Weights under timm's names and in PyTorch's layout, `num_batches_tracked` included: timm's
 * `create_model(name, num_classes=2).load_state_dict(..., strict=True)` takes them.
 */
export function stateDict(specs: readonly Stored[], values: WeightValues, steps: number): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const spec of specs) {
    tensors.set(spec.name, stored(spec, values.get(spec.name)!));
    if (spec.name.endsWith('.running_var') && !TRAINING_STATE.test(spec.name)) {
      const counter = spec.name.replace(/running_var$/, 'num_batches_tracked');
      tensors.set(counter, { dtype: 'I64', shape: [], values: BigInt64Array.of(BigInt(steps)) });
    }
  }
  return tensors;
}

function stored({ layout, shape }: Stored, values: Float32Array): StoredTensor {
  return { dtype: 'F32', shape, values: toTorch(layout, shape, values) };
}

/** A file of weights that is to be written, as another thread can be given it. */
export interface Checkpoint {
  readonly path: string;
  readonly specs: readonly Stored[];
  /** in TensorFlow's layout, by the names of the specs */
  readonly values: WeightValues;
  readonly steps: number;
  readonly metadata: Readonly<Record<string, string>>;
}
type Stored = Pick<ParameterSpec, 'name' | 'layout' | 'shape'>;
const plain = ({ name, layout, shape }: ParameterSpec): Stored => ({ name, layout, shape });

/** The weights of the best epoch: a file for timm and for `magnilab predict`. */
export function weightsCheckpoint(
  path: string,
  model: Model,
  values: WeightValues,
  steps: number,
  metadata: Record<string, string>,
): Checkpoint {
  return { path, specs: model.specs.map(plain), values, steps, metadata };
}

/** @param state everything that lives from step to step, the model's parameters first */
export function resumeCheckpoint(
  path: string,
  state: readonly ParameterSpec[],
  values: WeightValues,
  point: ResumePoint,
): Checkpoint {
  const metadata = { format: 'magnilab-resume-1', point: JSON.stringify(point) };
  return { path, specs: state.map(plain), values, steps: point.steps, metadata };
}

/** Writes it with a checksum, atomically. @param before asks whether it may be written */
export async function writeCheckpoint({ path, specs, values, steps, metadata }: Checkpoint, before?: () => void): Promise<void> {
  const file = withChecksum({ tensors: stateDict(specs, values, steps), metadata });
  await writeAtomically(path, safetensorsParts(file), before);
}

export async function saveWeights(
  ...[path, model, weights, steps, metadata]: Parameters<typeof weightsCheckpoint>
): Promise<void> {
  await writeCheckpoint(weightsCheckpoint(path, model, weights, steps, metadata));
}

/**
 * Reads a resume point.
 * @throws LabError "damaged-file" when the file is not whole or belongs to another config
 */
export async function loadResumePoint(
  path: string,
  state: readonly ParameterSpec[],
  config: string,
): Promise<{ point: ResumePoint; values: WeightValues }> {
  const file = decodeSafetensors(await readFile(path), path);
  requireChecksum(file, path);
  let json: unknown = null;
  try {
    json = JSON.parse(file.metadata.point ?? 'null');
  } catch {
    // refused by the schema below
  }
  const point = parseOrThrow(resumePointSchema, json, `${path}: metadata "point"`);
  if (point.config !== config)
    throw new LabError(
      'damaged-file',
      `${path} was made by another configuration than config.json. Delete checkpoint-last.safetensors to train it from the start.`,
    );
  return { point, values: matchParameters(state, file.tensors, path) };
}

/** A weights file, ours or timm's, read once. */
export interface WeightsFile {
  /** e.g. which model it belongs to */
  readonly metadata: Readonly<Record<string, string>>;
  /** in the order of its logits, as its metadata `classes` says; null where it does not */
  readonly classes: readonly string[] | null;
  /**
   * The weights of a model, as they are in the file.
   * @throws LabError "damaged-file" that names every unknown, missing or misshapen parameter, and every one that holds what is no number
   */
  load(model: Model): WeightValues;
}

/** Put before every name by DataParallel, by wrapping modules, and by torch.compile. */
const PREFIXES = ['module.', 'model.', '_orig_mod.'];

/** @throws LabError "not-found" or "damaged-file" */
export async function openWeights(path: string): Promise<WeightsFile> {
  const file = decodeSafetensors(await readWeightsFile(path), path);
  requireChecksum(file, path);
  return {
    metadata: file.metadata,
    classes: file.metadata.classes === undefined ? null : classesOf(file.metadata.classes, path),
    load(model) {
      const own = new Map([...file.tensors].filter(([name]) => !TRAINING_STATE.test(name)));
      const values = matchParameters(model.specs, withoutPrefix(own), path);
      requireNumbers(values, path);
      return values;
    },
  };
}

/** Takes off what every name begins with, however often it was wrapped. */
function withoutPrefix(tensors: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, StoredTensor> {
  const prefix = PREFIXES.find((p) => tensors.size > 0 && [...tensors.keys()].every((name) => name.startsWith(p)));
  return prefix ? withoutPrefix(new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor]))) : tensors;
}

/** @param written a JSON list as we write it, or names with commas between them, as we once did */
function classesOf(written: string, path: string): readonly string[] {
  let names: unknown;
  try {
    names = JSON.parse(written);
  } catch {
    names = written.split(',').map((name) => name.trim());
  }
  const read = classesSchema.safeParse(names);
  if (read.success) return read.data.map((name) => (isMalignancy(name.toLowerCase()) ? name.toLowerCase() : name));
  throw new LabError(
    'bad-input',
    `${path} tells the classes "${written}" apart; a list of two or more different names is needed, e.g. "benign,malignant".`,
    { field: 'weights' },
  );
}

/** One weight that is no number makes every answer one. */
function requireNumbers(values: ReadonlyMap<string, Float32Array>, path: string): void {
  const bad = [...values].filter(([, own]) => !own.every(Number.isFinite)).map(([name]) => `"${name}"`);
  if (bad.length === 0) return;
  const shown = bad.slice(0, 5).join(', ') + (bad.length > 5 ? `, ... (${bad.length} in all)` : '');
  throw new LabError(
    'damaged-file',
    `${path}: ${shown} ${bad.length === 1 ? 'holds' : 'hold'} what is no number (NaN or infinite in 32 bits). Such a network has no answers: take weights from an earlier epoch, or train with a lower learning rate.`,
    { path, faults: bad },
  );
}

/** Values by name in TensorFlow's layout, after every name and shape has been compared. */
function matchParameters(
  specs: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, StoredTensor>,
  path: string,
): Map<string, Float32Array> {
  const known = new Map(specs.map((spec) => [spec.name, spec]));
  const values = new Map<string, Float32Array>();
  const missing = specs.filter(({ name }) => !tensors.has(name)).map(({ name }) => `missing parameter "${name}"`);
  const unfit: string[] = [];
  const unknown: string[] = [];
  for (const [name, { dtype, shape, values: stored }] of tensors) {
    const spec = known.get(name);
    if (name.endsWith('.num_batches_tracked')) continue; // a counter that nothing here reads
    if (!spec) unknown.push(`unknown parameter "${name}"`);
    else if (dtype !== 'F32') unfit.push(`"${name}" is ${dtype}, not F32`);
    else if (shape.join() !== spec.shape.join())
      unfit.push(`"${name}" has shape [${shape.join(', ')}], not [${spec.shape.join(', ')}]`);
    else values.set(name, toTensorFlow(spec.layout, spec.shape, stored as Float32Array));
  }
  const groups = [unfit, missing, unknown];
  const faults = groups.flat();
  if (faults.length > 0) {
    const shown = groups.flatMap((group) => [
      ...group.slice(0, 10),
      ...(group.length > 10 ? [`... (${group.length} in all)`] : []),
    ]);
    throw new LabError('damaged-file', `${path} does not hold this model's weights: ${shown.join('; ')}.`, { faults });
  }
  return values;
}

async function readWeightsFile(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new LabError('not-found', `The weights file ${path} could not be read (${error.code}).`, { field: 'weights' });
  });
}
