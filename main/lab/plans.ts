import { availableParallelism } from 'node:os';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { PlanCheck } from '../../shared/contract/api.ts';
import type { IndexedImage, Part, Split } from '../../shared/contract/dataset.ts';
import { LabError, parseOrThrow, toEnvelope } from '../../shared/contract/errors.ts';
import { type Plan, planSchema, startProblems } from '../../shared/contract/plan.ts';
import { findVariant, type Variant } from '../../shared/domain/catalogue.ts';
import { imageCost } from '../../shared/domain/costs.ts';
import type { Family } from '../../shared/domain/families.ts';
import { trainingMemory } from '../../shared/domain/estimates.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { newNameProblem } from '../../shared/domain/names.ts';
import { readJson, refuseNewer, writeJson } from '../platform/atomic.ts';
import { locateData } from '../project/data-folders.ts';
import { splitDataset } from './datasets.ts';
import { evidenceWarnings } from './plan-evidence.ts';
import type { Session } from './session.ts';

/** @throws LabError "not-found", "damaged-file", or "bad-input" naming the field */
export async function readPlan(path: string): Promise<Plan> {
  const content = await readJson(path, 'plan');
  refuseNewer(content, path, 'plan');
  return parseOrThrow(planSchema, content, `plan ${path}`);
}

/** @throws LabError "bad-input" when the name is none for a file */
export async function savePlan(session: Session, plan: Plan): Promise<string> {
  const problem = newNameProblem(plan.name);
  if (problem) throw new LabError('bad-input', `The name of the plan ${problem}.`, { field: 'name' });
  const { paths, check } = session.project;
  const path = join(paths.plans, `${plan.name}.json`);
  await writeJson(path, plan, check);
  return path;
}

/** Not a plan's name: those begin with a letter or digit. */
const DRAFT_FILE = '.draft.json';

/** The plan being made; null when there is none that can be read: it only saves work. */
export async function readDraft(session: Session): Promise<Record<string, unknown> | null> {
  const content = await readJson(join(session.project.paths.plans, DRAFT_FILE), 'draft').catch(() => null);
  return typeof content === 'object' && content !== null && !Array.isArray(content) ? (content as Record<string, unknown>) : null;
}

export async function keepDraft(session: Session, draft: Record<string, unknown>): Promise<void> {
  const { paths, check } = session.project;
  check();
  await writeJson(join(paths.plans, DRAFT_FILE), draft, check);
}

export async function openPlan(session: Session, name: string): Promise<Plan> {
  return readPlan(join(session.project.paths.plans, `${name}.json`));
}

export async function listPlans(session: Session): Promise<{ name: string; modifiedAt: string }[]> {
  const folder = session.project.paths.plans;
  const names = (await readdir(folder)).filter((file) => file.endsWith('.json') && !file.startsWith('.'));
  const plans = await Promise.all(
    names.map(async (file) => ({
      name: basename(file, '.json'),
      modifiedAt: (await stat(join(folder, file))).mtime.toISOString(),
    })),
  );
  return plans.sort((a, b) => b.modifiedAt.localeCompare(a.modifiedAt));
}

/** The images of a trial's part: training and validation at one magnification, test at all that the plan names. */
export function imagesOf(
  images: readonly IndexedImage[],
  split: Split,
  part: Part,
  magnifications: readonly number[],
): IndexedImage[] {
  return images.filter((image) => split.parts[image.path] === part && magnifications.includes(image.magnification));
}

/**
 * What a plan costs and what forbids it. Never throws for what is wrong with the plan: that is in `problems`.
 * @throws LabError "no-project" or "bad-input" without an indexed data set
 */
export async function checkPlan(session: Session, plan: Plan): Promise<PlanCheck> {
  return (await examinePlan(session, plan)).check;
}

/** The check, with the split that it was made with (null where it could not be made) and whether patients leak. */
async function examinePlan(session: Session, plan: Plan): Promise<{ check: PlanCheck; split: Split | null; leaks: boolean }> {
  const { images } = session.indexed.result;
  const problems: PlanCheck['problems'] = startProblems(plan);
  const warnings: PlanCheck['warnings'] = [];
  const planned = await locateData(session.project.folder, resolve(plan.dataset.folder));
  if (planned !== session.indexed.folder) {
    problems.push({
      field: 'dataset.folder',
      message: `The plan is for ${plan.dataset.folder}, but this project indexed ${session.indexed.folder}.`,
    });
  }
  const split = await splitDataset(session, plan.split).catch((error: unknown) => {
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
export async function requireSound(session: Session, plan: Plan): Promise<Split> {
  const { check, split, leaks } = await examinePlan(session, plan);
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
