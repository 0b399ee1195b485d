/** A process that takes training steps of a small network without randomness, for test/gpu/index.ts: its device is the environment's. */
import { trainingSchema } from '../../shared/contract/plan.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import type { Variant } from '../../shared/domain/families/index.ts';
import type { Rung } from '../../main/engine/step.ts';
import type { Precision } from '../../main/engine/precision.ts';
import { buildModel } from '../../main/models/registry.ts';
import { initialWeights } from '../../main/models/weights.ts';
import { loadTensorFlow } from '../../main/runtime/load.ts';
import { Trainer } from '../../main/training/trainer.ts';

export interface StepRequest {
  readonly model: string;
  readonly rung: Rung;
  readonly precision: Precision;
}

/** What is told of the step before the process waits to be ended. */
export interface StepAnswer {
  readonly device: 'cpu' | 'gpu';
  /** the one that was reached */
  readonly rung: Rung;
  readonly refusals: readonly string[];
  readonly loss: number;
  /** change of all parameters, one after the other */
  readonly change: readonly number[];
}

const BATCH = 4;
/** Half-precision gradients may overflow until their scale has halved often enough: such a step changes nothing. */
const TRIES = 24;

const { model: id, rung, precision } = JSON.parse(process.argv[2]) as StepRequest;
const { device } = await loadTensorFlow();
const variant = findVariant(id)!;
const dims = { ...variant.dims, dropout: 0, dropPath: 0 };
const size = [variant.inputSize, variant.inputSize] as const;
const model = buildModel({ ...variant, dims } as Variant, size, 2);
const weights = initialWeights(model, 0);
const settings = trainingSchema.parse({ weightDecay: 0 });
const computation = { rung, precision };
const trainer = new Trainer({ model, variant, settings, batchSize: BATCH, inputSize: size, seed: 0, weights, computation });
const pixels = Uint8Array.from({ length: BATCH * size[0] * size[1] * 3 }, (_, i) => (Math.imul(i, 2654435761) >>> 16) & 255);
const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 2);
const names = model.specs.filter(({ trainable }) => trainable).map(({ name }) => name);
let change: number[] = [];
let loss = 0;
for (let i = 0; i < TRIES && !change.some((value) => value !== 0); i++) {
  loss = trainer.step(pixels, labels, 0.1, 0).loss;
  const after = trainer.read();
  change = names.flatMap((name) => Array.from(after.get(name)!, (value, at) => value - weights.get(name)![at]));
}
const { refusals, rung: reached } = trainer.compiled;
const answer: StepAnswer = { device, rung: reached, refusals: refusals.map(({ reason }) => reason.slice(0, 300)), loss, change };
process.send!(answer); // and its memory stays taken until it is ended
