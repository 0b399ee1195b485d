import { resolve } from 'node:path';
import type { PlanCheck } from '../../shared/contract/calls/plans.ts';
import { type IndexedImage, type Part, parts as PARTS, type Split } from '../../shared/contract/dataset.ts';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import { type Plan, type PlannedSplit, splitsOf, startProblems } from '../../shared/contract/plan.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { findPreset } from '../../shared/domain/study/presets/index.ts';
import { magnificationsOf, trainSetName } from '../../shared/domain/study/train-set.ts';
import { evidenceOf } from '../../shared/domain/study/evidence.ts';
import { classOf, findTask, tasksOf } from '../../shared/domain/tasks.ts';
import { locateData } from '../project/data-folders.ts';
import { type IndexRef, indexOf } from './images.ts';
import { type Dealt, evidenceWarnings } from './plan-evidence.ts';
import { planCosts } from './plan-costs.ts';
import { splitOf } from './split.ts';

/** The images of a part at some magnifications. */
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

/** What a plan means for the images of an index. */
export interface SoundPlan {
  /** the images with their classes under the plan's task */
  readonly images: readonly IndexedImage[];
  readonly classes: readonly string[];
  readonly positive: string | null;
  /** of all images, ascending */
  readonly magnifications: readonly number[];
  /** one per fold */
  readonly splits: readonly FoldSplit[];
}

interface FoldSplit extends Omit<PlannedSplit, 'settings'> {
  readonly split: Split;
}

interface Examined extends SoundPlan {
  readonly check: PlanCheck;
  /** whether patients stand on both sides */
  readonly leaks: boolean;
}

async function examinePlan({ index, project, plan }: PlanInput): Promise<Examined> {
  const { images: indexed } = indexOf(index);
  const problems: PlanCheck['problems'] = startProblems(plan);
  const warnings: PlanCheck['warnings'] = [];
  const planned = await locateData(project, resolve(plan.dataset.folder));
  if (planned !== index.folder) {
    problems.push({
      field: 'dataset.folder',
      message: `The plan is for ${plan.dataset.folder}, but this project indexed ${index.folder}.`,
    });
  }
  const { classes, positive, problem } = classesOf(plan, indexed);
  if (problem) problems.push(problem);
  const images = problem ? [] : indexed.map((image) => ({ ...image, label: classOf(image, plan.task) }));
  const magnifications = [...new Set(indexed.map((i) => i.magnification))].sort((a, b) => a - b);
  const splits = await splitsFor(index, plan, problems);
  const leaking = splits.map((own) => ({ ...own, leak: leakText(own.split) })).filter(({ leak }) => leak !== null);
  const { allowsLeaks, fewestSeeds } = findPreset(plan.protocol);
  for (const { imageLevel, leak, ...own } of leaking) {
    const advice = imageLevel ? LEAK_WANTED : allowsLeaks ? LEAK_ALLOWED : LEAK_REFUSED;
    const message = `${inSplit({ imageLevel, ...own })}${leak}. ${advice}`;
    if (imageLevel) warnings.push({ field: 'imageLevelToo', message });
    else (allowsLeaks ? warnings : problems).push({ field: 'split.by', message });
  }
  const sets = plan.trainSets.map((set) => magnificationsOf(set, magnifications));
  for (const { split, ...own } of problem ? [] : splits) {
    const found = coverage(plan, sets, { images, split, classes });
    for (const { field, message } of found.problems) problems.push({ field, message: inSplit(own) + message });
    for (const { field, message } of [...found.warnings, ...evidenceWarnings(plan, sets, { images, split, classes })])
      warnings.push({ field, message: inSplit(own) + message });
  }
  if (plan.seeds.length < fewestSeeds)
    warnings.push({
      field: 'seeds',
      message: 'One seed shows no spread: plan at least three for a mean with a standard deviation.',
    });
  const trained = splits.flatMap(({ split }) => sets.map((own) => imagesOf(indexed, split, 'train', own).length));
  const imageBytes = indexed.reduce((sum, { width, height }) => sum + 3 * width * height, 0) / Math.max(1, indexed.length);
  const costs = planCosts(plan, { trainedImages: trained, imageBytes });
  warnings.push(...costs.warnings);
  const evidence = problem ? [] : splits.flatMap((own) => evidenceOfParts(own, { images, classes, magnifications }));
  const check: PlanCheck = { ...costs.check, evidence, problems, warnings };
  return {
    images,
    classes,
    positive,
    magnifications,
    splits,
    check,
    leaks: leaking.some(({ imageLevel }) => !imageLevel) && !allowsLeaks,
  };
}

/** Refuses what checkPlan finds. @throws LabError "leak" or "bad-input" naming the field */
export async function requireSound(input: PlanInput): Promise<SoundPlan> {
  const { check, leaks, ...sound } = await examinePlan(input);
  const { problems } = check;
  if (problems.length === 0) return sound;
  throw new LabError(leaks ? 'leak' : 'bad-input', problems.map((p) => `${p.field}: ${p.message}`).join(' '), {
    field: leaks ? 'split.by' : problems[0].field,
    problems,
  });
}

type Finding = PlanCheck['problems'][number];

/** The classes of the plan's task, or why these images have none. */
function classesOf(plan: Plan, images: readonly IndexedImage[]): Pick<SoundPlan, 'classes' | 'positive'> & { problem?: Finding } {
  const task = findTask(images, plan.task);
  if (!task) {
    const offered = tasksOf(images).map(({ id }) => `"${id}"`);
    const message = `These images cannot be divided by "${plan.task}"; they can by ${offered.join(' or ')}.`;
    return { classes: [], positive: null, problem: { field: 'task', message } };
  }
  const { classes } = task;
  if (plan.positive === undefined || classes.includes(plan.positive))
    return { classes, positive: task.positive ?? plan.positive ?? null };
  const message = `There is no class "${plan.positive}": there are ${classes.join(', ')}.`;
  return { classes, positive: null, problem: { field: 'positive', message } };
}

/** The splits that could be made; why others could not goes to the problems. */
async function splitsFor(index: IndexRef, plan: Plan, problems: Finding[]): Promise<FoldSplit[]> {
  const made: FoldSplit[] = [];
  for (const { settings, ...own } of splitsOf(plan)) {
    try {
      made.push({ ...own, split: await splitOf(index, settings) });
    } catch (error) {
      const { message, details } = toEnvelope(error);
      const field = settings.by === 'list' ? 'file' : String(details?.field ?? 'by');
      problems.push({ field: `split.${field === 'fold' ? 'folds' : field}`, message: inSplit(own) + message });
    }
  }
  return made;
}

/** How much every part of a split holds at every magnification. */
function evidenceOfParts(
  { fold, imageLevel, split }: FoldSplit,
  { images, classes, magnifications }: Pick<SoundPlan, 'images' | 'classes' | 'magnifications'>,
): PlanCheck['evidence'] {
  return PARTS.flatMap((part) =>
    magnifications.map((magnification) => {
      const { byClass, ...counts } = evidenceOf(imagesOf(images, split, part, [magnification]), classes);
      return { fold, imageLevel, part, magnification, ...counts, byClass: { ...byClass } };
    }),
  );
}

function inSplit({ fold, imageLevel }: Omit<FoldSplit, 'split'>): string {
  if (imageLevel) return 'Split by image: ';
  return fold === null ? '' : `Fold ${fold}: `;
}

const LEAK_WANTED = 'These networks stand beside the others to show what the leak is worth, and are marked.';
const LEAK_ALLOWED = "The paper's protocol is like that; its numbers cannot be compared with patient-safe ones.";
const LEAK_REFUSED = 'Split by case, or choose the protocol "paper" to repeat the published study.';

function leakText({ leaks }: Split): string | null {
  if (leaks.length === 0) return null;
  const names =
    leaks
      .slice(0, 5)
      .map((l) => l.case)
      .join(', ') + (leaks.length > 5 ? ', ...' : '');
  return `Patients stand on both sides: ${leaks.length} cases (${names}) have images in more than one part, so the test would flatter every model`;
}

/** @param sets magnifications of each train set */
function coverage(
  plan: Plan,
  sets: readonly (readonly number[])[],
  { images, split, classes }: Dealt,
): { problems: Finding[]; warnings: Finding[] } {
  const problems: Finding[] = [];
  const warnings: Finding[] = [];
  plan.trainSets.forEach((set, i) => {
    const present = new Set(imagesOf(images, split, 'train', sets[i]).map((image) => image.label));
    const missing = classes.filter((name) => !present.has(name));
    const field = `trainSets.${i}`;
    const at = typeof set === 'number' ? `At ${trainSetName(set)}` : `With ${trainSetName(set)}`;
    if (present.size < 2)
      problems.push({ field, message: `${at} the training part has ${present.size === 0 ? 'no images' : 'one class only'}.` });
    else if (missing.length > 0)
      warnings.push({ field, message: `${at} the training part has no image of ${missing.join(', ')}: no network can learn what it never sees.` }); // prettier-ignore
  });
  plan.testMagnifications.forEach((m, i) => {
    if (imagesOf(images, split, 'test', [m]).length === 0)
      problems.push({ field: `testMagnifications.${i}`, message: `At ${magnificationName(m)} the test part has no images.` });
  });
  return { problems, warnings };
}
