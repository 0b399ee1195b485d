import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { PlanCheck } from '../../shared/contract/api.ts';
import type { IndexedImage, Part, Split } from '../../shared/contract/dataset.ts';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import { type Plan, startProblems } from '../../shared/contract/plan.ts';
import { findVariant, type Variant } from '../../shared/domain/catalogue.ts';
import { imageCost } from '../../shared/domain/costs.ts';
import { trainingMemory } from '../../shared/domain/estimates.ts';
import type { Family } from '../../shared/domain/families.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { locateData } from '../project/data-folders.ts';
import { type IndexRef, indexOf } from './images.ts';
import { evidenceWarnings } from './plan-evidence.ts';
import { splitOf } from './split.ts';

/** The images of a trial's part: training and validation at one magnification, test at all that the plan names. */
export function imagesOf(
  images: readonly IndexedImage[],
  split: Split,
  part: Part,
  magnifications: readonly number[],
): IndexedImage[] {
  return images.filter((image) => split.parts[image.path] === part && magnifications.includes(image.magnification));
}

export interface PlanInput {
  readonly index: IndexRef;
  /** the project's folder */
  readonly project: string;
  readonly plan: Plan;
}

/**
 * What a plan costs and what forbids it. Never throws for what is wrong with the plan: that is in `problems`.
 */
export async function checkPlan(input: PlanInput): Promise<PlanCheck> {
  return (await examinePlan(input)).check;
}

/** The check, with the split that it was made with (null where it could not be made) and whether patients leak. */
async function examinePlan({
  index,
  project,
  plan,
}: PlanInput): Promise<{ check: PlanCheck; split: Split | null; leaks: boolean }> {
  const { images } = indexOf(index);
  const problems: PlanCheck['problems'] = startProblems(plan);
  const warnings: PlanCheck['warnings'] = [];
  const planned = await locateData(project, resolve(plan.dataset.folder));
  if (planned !== index.folder) {
    problems.push({
      field: 'dataset.folder',
      message: `The plan is for ${plan.dataset.folder}, but this project indexed ${index.folder}.`,
    });
  }
  const split = await splitOf(index, plan.split).catch((error: unknown) => {
    const { message, details } = toEnvelope(error);
    const field = plan.split.by === 'list' ? 'file' : String(details?.field ?? 'by');
    problems.push({ field: `split.${field}`, message });
    return null;
  });
  const { leak, warning } = split ? leakOf(plan, split) : {};
  if (split) {
    problems.push(...coverageProblems(plan, images, split));
    if (leak) problems.push({ field: 'split.by', message: leak });
    if (warning) warnings.push({ field: 'split.by', message: warning });
    warnings.push(...evidenceWarnings(plan, images, split));
  }
  if (plan.seeds.length === 1 && plan.protocol === 'rigorous')
    warnings.push({
      field: 'seeds',
      message: 'One seed shows no spread: plan at least three for a mean with a standard deviation.',
    });
  const trained = split ? plan.trainMagnifications.map((m) => imagesOf(images, split, 'train', [m]).length) : [];
  const imageBytes = images.reduce((sum, { width, height }) => sum + 3 * width * height, 0) / Math.max(1, images.length);
  const rows = plan.models.map((id) => estimate(findVariant(id)!, plan, trained, imageBytes));
  const perModel = plan.trainMagnifications.length * plan.seeds.length;
  const epochs = plan.training.epochs + plan.training.cooldownEpochs;
  const seconds = rows.reduce((sum, row) => sum + ((row.secondsPerEpoch ?? 0) * epochs + TRIAL_SECONDS) * perModel, 0);
  const check: PlanCheck = {
    trials: plan.models.length * perModel,
    seconds,
    diskBytes: rows.reduce((sum, row) => sum + row.params * 4 * 3 * perModel, 0), // weights once, weights with momenta once
    models: rows,
    problems,
    warnings,
  };
  return { check, split, leaks: leak !== undefined };
}

/** Refuses what checkPlan finds. @throws LabError "leak" or "bad-input" naming the field */
export async function requireSound(input: PlanInput): Promise<Split> {
  const { check, split, leaks } = await examinePlan(input);
  const { problems } = check;
  if (split && problems.length === 0) return split;
  throw new LabError(leaks ? 'leak' : 'bad-input', problems.map((p) => `${p.field}: ${p.message}`).join(' '), {
    field: leaks ? 'split.by' : problems[0].field,
    problems,
  });
}

function leakOf(plan: Plan, split: Split): { leak?: string; warning?: string } {
  if (split.leaks.length === 0) return {};
  const names =
    split.leaks
      .slice(0, 5)
      .map((l) => l.case)
      .join(', ') + (split.leaks.length > 5 ? ', ...' : '');
  const message = `Patients stand on both sides: ${split.leaks.length} cases (${names}) have images in more than one part, so the test would flatter every model`;
  return plan.protocol === 'paper'
    ? { warning: `${message}. The paper's protocol is like that; its numbers cannot be compared with patient-safe ones.` }
    : { leak: `${message}. Split by case, or choose the protocol "paper" to repeat the published study.` };
}

function coverageProblems(plan: Plan, images: readonly IndexedImage[], split: Split): PlanCheck['problems'] {
  const problems: PlanCheck['problems'] = [];
  plan.trainMagnifications.forEach((m, i) => {
    const classes = new Set(imagesOf(images, split, 'train', [m]).map((image) => image.label));
    if (classes.size < 2)
      problems.push({
        field: `trainMagnifications.${i}`,
        message: `At ${magnificationName(m)} the training part has ${classes.size === 0 ? 'no images' : 'one class only'}.`,
      });
  });
  plan.testMagnifications.forEach((m, i) => {
    if (imagesOf(images, split, 'test', [m]).length === 0)
      problems.push({ field: `testMagnifications.${i}`, message: `At ${magnificationName(m)} the test part has no images.` });
  });
  return problems;
}

/**
 * What the engine does on one AVX-512 core, fitted to bench/results/step.md; other processors differ. Thin layers move more memory
 * per multiply-accumulate, every parameter costs its update and its place in checkpoints, and every step has a fixed price.
 */
const MACS_PER_SECOND_AND_CORE: Readonly<Record<Family, number>> = {
  resnet: 100e9,
  mobilenetv3: 15e9,
  vit: 79e9,
  swin: 84e9,
  fnet2d: 64e9,
  convmixer: 66e9,
  mixer: 88e9,
  wavemix: 75e9,
};
const UPDATE_SECONDS_PER_PARAMETER = 4e-9;
const CHECKPOINT_SECONDS_PER_PARAMETER = 20e-9;
const STEP_SECONDS = 0.008;
/** starting the process, loading TensorFlow, reading images */
const TRIAL_SECONDS = 4;

function estimate(
  variant: Variant,
  plan: Plan,
  trainedImages: readonly number[],
  averageImageBytes: number,
): PlanCheck['models'][number] {
  const forward = imageCost(variant, plan.inputSize).macs / (MACS_PER_SECOND_AND_CORE[variant.family] * availableParallelism());
  const images = trainedImages.reduce((a, b) => a + b, 0) / Math.max(1, trainedImages.length);
  const steps = Math.max(1, Math.floor(images / plan.training.batchSize));
  const overhead = variant.params * UPDATE_SECONDS_PER_PARAMETER + STEP_SECONDS; // the backward pass costs twice the forward pass
  const checkpoint = variant.params * CHECKPOINT_SECONDS_PER_PARAMETER;
  const decoded = Math.max(0, ...trainedImages) * averageImageBytes; // an upper bound: pictures are shrunk where crops allow
  return {
    id: variant.id,
    params: variant.params,
    memoryBytes: trainingMemory(variant, plan.inputSize, plan.training.batchSize) + decoded,
    secondsPerEpoch: trainedImages.length > 0 ? images * forward * 3 + steps * overhead + checkpoint : null,
  };
}
