import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import { type Plan, trialsOf } from '../../shared/contract/plan.ts';
import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import { storedStudySchema } from '../../shared/contract/format-1.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { STAGED_SPLITS } from '../compute/staging.ts';
import { readSealed, temporaryName, writeSealed } from '../platform/atomic.ts';
import { recordData } from '../project/data-folders.ts';
import { version } from '../platform/version.ts';
import { trialFiles } from '../project/trial-folder.ts';
import { savePlan } from './plans.ts';
import type { Session } from './session.ts';

/**
 * Writes a study: plan, split, a folder with config.json per trial, and last of all studies/<name>.json, so that a half-written
 * study is not one. What a killed start leaves behind stands in nobody's way. One study is written at a time.
 * @throws LabError "already-exists", "leak", "bad-input", "read-only"
 */
export function createStudy(session: Session, plan: Plan): Promise<StudyFile> {
  return session.exclusive(() => writeStudy(session, plan));
}

async function writeStudy(session: Session, plan: Plan): Promise<StudyFile> {
  const { project, compute, indexedRef: index } = session;
  const { check, paths } = project;
  check();
  const file = join(paths.studies, `${plan.name}.json`);
  await requireNew(session, plan.name, file, trialsOf(plan));
  const staging = join(paths.runs, temporaryName());
  try {
    const staged = await compute.call('images.stage', {
      index,
      project: project.folder,
      plan,
      staging,
    });
    await savePlan(session, plan);
    await recordData(project.folder, index.folder, null, check);
    check();
    for (const { sha256 } of staged.splits)
      await rename(join(staging, STAGED_SPLITS, `${sha256}.json`), join(paths.splits, `${sha256}.json`));
    for (const { id } of staged.trials) {
      await rm(join(paths.runs, id), { recursive: true, force: true }); // requireNew saw that nothing but a config.json is there
      await rename(join(staging, id), join(paths.runs, id));
    }
    const createdAt = new Date().toISOString();
    const study: StudyFile = { format: 2, name: plan.name, createdAt, plan, ...staged, magnilab: version };
    await writeSealed(file, study, check);
    return study;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** @throws LabError "already-exists" */
async function requireNew(session: Session, name: string, file: string, trials: readonly { id: string }[]): Promise<void> {
  const { runs } = session.project.paths;
  // "a b" and "a-b" would share folders
  const others = new Set((await readStudies(session)).flatMap((study) => study.trials.map(({ id }) => id)));
  if (existsSync(file) || trials.some(({ id }) => others.has(id))) {
    const message = `This project has a study "${name}" already. Resume it, or give the plan another name.`;
    throw new LabError('already-exists', message, { field: 'name' });
  }
  for (const { id } of trials) {
    const folder = join(runs, id);
    const left = (await readdir(folder).catch(absent)).filter((entry) => entry !== basename(trialFiles(folder).config));
    if (left.length === 0) continue;
    const message = `${folder} holds an earlier run. Move it away, or give the plan another name.`;
    throw new LabError('already-exists', message, { field: 'name' });
  }
}

/** What is not there is empty; what cannot be read is not. */
function absent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** A file of the project that cannot be used, and why. */
export interface FileProblem {
  readonly path: string;
  readonly message: string;
}

/** The readable studies of the open project, the oldest first. One that cannot be read hides no other: `studyProblems` names it. */
export async function readStudies(session: Session): Promise<StudyFile[]> {
  return (await readStudyFiles(session)).studies;
}

/** The studies that cannot be read, each with the reason. */
export async function studyProblems(session: Session): Promise<FileProblem[]> {
  return (await readStudyFiles(session)).problems;
}

/** @throws LabError "not-found", "damaged-file" */
export async function findStudy(session: Session, name: string): Promise<StudyFile> {
  const { studies, problems } = await readStudyFiles(session);
  const study = studies.find((own) => own.name === name);
  if (study) return study;
  const unread = problems.find(({ path }) => path.endsWith(`${name}.json`));
  if (unread) throw new LabError('damaged-file', unread.message, { path: unread.path });
  throw new LabError('not-found', `This project has no study "${name}".`, { field: 'study' });
}

async function readStudyFiles(session: Session): Promise<{ studies: StudyFile[]; problems: FileProblem[] }> {
  const folder = session.project.paths.studies;
  const names = (await readdir(folder).catch(absent)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const studies: StudyFile[] = [];
  const problems: FileProblem[] = [];
  for (const path of names.map((name) => join(folder, name))) {
    try {
      studies.push((await readSealed(storedStudySchema, path, 'study')).value);
    } catch (error) {
      problems.push({ path, message: toEnvelope(error).message });
    }
  }
  return { studies: studies.sort((a, b) => a.createdAt.localeCompare(b.createdAt)), problems };
}

/**
 * How trials of a study stand, from their folders alone.
 * @param running those that this lab runs: another "running" was interrupted
 * @param ids which; all without it
 */
export function readTrials(
  { compute, project }: Session,
  study: StudyFile,
  running: readonly string[],
  ids?: readonly string[],
): Promise<TrialSummary[]> {
  return compute.call('trials.read', { runs: project.paths.runs, study, running, ids });
}

/** What the queue knows of a study, and its folders do not say. */
export interface Standing {
  /** among the studies that run or wait */
  readonly place: StudySummary['queue'];
  /** whether a trial waits for its turn, and for nothing else */
  readonly waits: (trial: string) => boolean;
  /** whether no trial of any study runs */
  readonly nothingRuns: boolean;
  /** by the user */
  readonly paused: boolean;
  readonly held: StudySummary['held'];
}

/** How a study stands, from its trials and what the queue knows. */
export function studySummary(study: StudyFile, read: readonly TrialSummary[], standing: Standing): StudySummary {
  const { name, createdAt, plan } = study;
  const trials = read.map((trial) => asItStands(trial, standing));
  return {
    name,
    createdAt,
    protocol: plan.protocol,
    testMagnifications: plan.testMagnifications,
    state: stateOf(trials, standing),
    trials,
    queue: standing.place,
    held: standing.held,
  };
}

/** How a trial may have ended that is taken up again. */
const ENDED_BEFORE: ReadonlySet<TrialSummary['state']> = new Set(['interrupted', 'failed', 'cancelled']);

/** What ended a trial before is past where it waits again; what the queue waits for is told. */
function asItStands(trial: TrialSummary, { waits }: Standing): TrialSummary {
  return ENDED_BEFORE.has(trial.state) && waits(trial.id) ? { ...trial, state: 'waiting', error: null } : trial;
}

function stateOf(trials: readonly TrialSummary[], { place, nothingRuns, paused }: Standing): StudySummary['state'] {
  const has = (state: TrialSummary['state']) => trials.some((trial) => trial.state === state);
  const all = (state: TrialSummary['state']) => trials.every((trial) => trial.state === state);
  if (has('running')) return 'running';
  if (has('waiting') || has('interrupted')) {
    if (place !== null) return place.place === 0 && nothingRuns ? 'running' : 'queued';
    if (paused) return 'paused';
    return all('waiting') ? 'waiting' : 'interrupted';
  }
  if (has('failed')) return 'failed';
  return all('cancelled') ? 'cancelled' : 'finished';
}
