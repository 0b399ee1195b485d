import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PlanCheck } from '../../shared/contract/calls/plans.ts';
import { LabError, parseOrThrow } from '../../shared/contract/errors.ts';
import { storedPlanSchema, upgradePlan } from '../../shared/contract/format-1.ts';
import type { Plan } from '../../shared/contract/plan.ts';
import { newNameProblem } from '../../shared/domain/names.ts';
import { readJson, refuseNewer, writeJson } from '../platform/atomic.ts';
import type { Session } from './session.ts';

/** @throws LabError "not-found", "damaged-file", or "bad-input" naming the field */
export async function readPlan(path: string): Promise<Plan> {
  const content = await readJson(path, 'plan');
  refuseNewer(content, path, 'plan');
  return parseOrThrow(storedPlanSchema, content, `plan ${path}`);
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

/** Drafts are written one after the other: of two that are written at once, the older could come last. */
let lastDraft: Promise<unknown> = Promise.resolve();
/** of each draft's file: one that a newer one has overtaken need not be written */
const newestDraft = new Map<string, Record<string, unknown>>();

/** The plan being made; null when there is none that can be read: it only saves work. */
export async function readDraft(session: Session): Promise<Record<string, unknown> | null> {
  await lastDraft;
  const content = upgradePlan(await readJson(join(session.project.paths.plans, DRAFT_FILE), 'draft').catch(() => null));
  return typeof content === 'object' && content !== null && !Array.isArray(content) ? (content as Record<string, unknown>) : null;
}

export async function keepDraft(session: Session, draft: Record<string, unknown>): Promise<void> {
  const { paths, check } = session.project;
  check();
  const path = join(paths.plans, DRAFT_FILE);
  newestDraft.set(path, draft);
  const written = lastDraft.then(() => (newestDraft.get(path) === draft ? writeJson(path, draft, check) : undefined));
  lastDraft = written.catch(() => {}); // told to whoever asked for it
  await written;
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

/**
 * What a plan costs and what forbids it. Never throws for what is wrong with the plan: that is in `problems`.
 * @throws LabError "no-project" or "bad-input" without an indexed data set
 */
export async function checkPlan(session: Session, plan: Plan, signal?: AbortSignal): Promise<PlanCheck> {
  const { compute, project, indexedRef: index } = session;
  return compute.call('images.check', { index, project: project.folder, plan }, { signal });
}
