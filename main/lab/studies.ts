import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Split } from '../../shared/contract/dataset.ts';
import { splitSchema } from '../../shared/contract/dataset.ts';
import { type ErrorEnvelope, LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { IndexedImage } from '../../shared/contract/dataset.ts';
import type { Plan } from '../../shared/contract/plan.ts';
import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import { studyFileSchema, type StudyFile } from '../../shared/contract/study.ts';
import type { Epoch, TrialConfig, TrialImage, TrialStateFile } from '../../shared/contract/trial.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { folderNameOf } from '../../shared/domain/names.ts';
import { testedRow } from '../../shared/domain/study/selection.ts';
import { splitHash } from '../dataset/splits.ts';
import { readSealed, temporaryName, writeSealed } from '../platform/atomic.ts';
import { recordData } from '../project/data-folders.ts';
import { version } from '../platform/version.ts';
import { hashConfig, readHistory, readTrialState, trialFiles } from '../project/trial-folder.ts';
import { countImages } from './image-counts.ts';
import { imagesOf, requireSound, savePlan } from './plans.ts';
import { resultsFault } from './results.ts';
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
  const { project } = session;
  const { check, paths } = project;
  check();
  const file = join(paths.studies, `${plan.name}.json`);
  const { configs, split } = await trialConfigs(session, plan);
  await requireNew(session, plan.name, file, configs);
  await savePlan(session, plan);
  await recordData(project.folder, session.indexed.folder, null, check);
  await writeSealed(join(paths.splits, `${split.sha256}.json`), split, check);
  const staging = join(paths.runs, temporaryName());
  try {
    for (const config of configs) {
      await mkdir(join(staging, config.id), { recursive: true });
      await writeSealed(trialFiles(join(staging, config.id)).config, config, check);
    }
    for (const { id } of configs) {
      await rm(join(paths.runs, id), { recursive: true, force: true }); // requireNew saw that nothing but a config.json is there
      await rename(join(staging, id), join(paths.runs, id));
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const study: StudyFile = {
    format: 1,
    name: plan.name,
    createdAt: new Date().toISOString(),
    plan,
    splitSha256: split.sha256,
    dataset: countImages(session.indexed.result.images.filter(({ path }) => split.parts[path] !== undefined)),
    trials: configs.map((config) => {
      const { id, model, trainMagnification, seed } = config;
      return { id, model, trainMagnification, seed, config: hashConfig(config) };
    }),
    magnilab: version,
  };
  await writeSealed(file, study, check);
  return study;
}

/** @throws LabError "already-exists" */
async function requireNew(session: Session, name: string, file: string, configs: readonly TrialConfig[]): Promise<void> {
  const { runs } = session.project.paths;
  // "a b" and "a-b" would share folders
  const others = new Set((await readStudies(session)).flatMap((study) => study.trials.map(({ id }) => id)));
  if (existsSync(file) || configs.some(({ id }) => others.has(id))) {
    const message = `This project has a study "${name}" already. Resume it, or give the plan another name.`;
    throw new LabError('already-exists', message, { field: 'name' });
  }
  for (const { id } of configs) {
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

async function trialConfigs(session: Session, plan: Plan): Promise<{ configs: TrialConfig[]; split: Split }> {
  const { folder, result } = session.indexed;
  const split = await requireSound(session, plan);
  const part = (name: 'train' | 'validation' | 'test', magnifications: readonly number[]) =>
    imagesOf(result.images, split, name, magnifications).map(toTrialImage);
  const test = part('test', plan.testMagnifications);
  const parts = new Map(
    plan.trainMagnifications.map((m) => [m, { train: part('train', [m]), validation: part('validation', [m]) }]),
  );
  const configs = plan.seeds.flatMap((seed) =>
    plan.models.flatMap((model) =>
      plan.trainMagnifications.map((trainMagnification) => ({
        format: 1 as const,
        id: `${folderNameOf(plan.name)}_${model}_${magnificationName(trainMagnification)}_s${seed}`,
        study: plan.name,
        model,
        trainMagnification,
        testMagnifications: plan.testMagnifications,
        seed,
        protocol: plan.protocol,
        inputSize: plan.inputSize,
        evaluation: plan.evaluation,
        training: plan.training,
        augmentation: plan.augmentation,
        dataset: { folder, synthetic: result.synthetic },
        splitSha256: split.sha256,
        ...parts.get(trainMagnification)!,
        test,
        cacheFolder: '../../cache', // from the run folder: a project may be moved
        magnilabVersion: version,
      })),
    ),
  );
  return { configs, split };
}

function toTrialImage({ path, label, magnification, case: caseNumber, slide, pixelSha256 }: IndexedImage): TrialImage {
  return { path, label, magnification, case: caseNumber, slide, pixelSha256 };
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

async function readStudyFiles(session: Session): Promise<{ studies: StudyFile[]; problems: FileProblem[] }> {
  const folder = session.project.paths.studies;
  const names = (await readdir(folder).catch(absent)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const studies: StudyFile[] = [];
  const problems: FileProblem[] = [];
  for (const path of names.map((name) => join(folder, name))) {
    try {
      studies.push((await readSealed(studyFileSchema, path, 'study')).value);
    } catch (error) {
      problems.push({ path, message: toEnvelope(error).message });
    }
  }
  return { studies: studies.sort((a, b) => a.createdAt.localeCompare(b.createdAt)), problems };
}

/**
 * The split of a study, held to its hash.
 * @throws LabError "not-found" or "damaged-file": nothing may be claimed of a split that cannot be read
 */
export async function readStudySplit(session: Session, study: StudyFile): Promise<Split> {
  const path = join(session.project.paths.splits, `${study.splitSha256}.json`);
  const { value: split } = await readSealed(splitSchema, path, 'split');
  if (split.sha256 === study.splitSha256 && splitHash(split.parts) === split.sha256) return split;
  throw new LabError(
    'damaged-file',
    `The split ${path} is not the one that the study was started with: its hash does not match.`,
    {
      path,
    },
  );
}

/** How a trial stands, from its folder alone. A "running" that this lab does not run was interrupted. */
export async function readTrial(session: Session, study: StudyFile, id: string, runningHere: boolean): Promise<TrialSummary> {
  const { model, trainMagnification, seed } = study.trials.find((t) => t.id === id)!;
  const { epochs: planned, cooldownEpochs, selection } = study.plan.training;
  const epochs = planned + cooldownEpochs;
  const { state, error, history } = await standing(session, id, runningHere, epochs);
  const tested = testedRow(history, selection);
  return {
    id,
    study: study.name,
    model,
    trainMagnification,
    seed,
    state,
    epoch: history.length,
    epochs,
    selection,
    testedEpoch: tested?.epoch ?? null,
    testedValidationAccuracy: tested?.validationAccuracy ?? null,
    error: error && { code: error.code, message: error.message },
    trainingSeconds: history.reduce((sum, row) => sum + row.seconds, 0),
  };
}

interface Standing {
  readonly state: TrialSummary['state'];
  readonly error: ErrorEnvelope | null;
  readonly history: readonly Epoch[];
}

async function standing(session: Session, id: string, runningHere: boolean, epochs: number): Promise<Standing> {
  const folder = join(session.project.paths.runs, id);
  try {
    const stored = await readTrialState(folder);
    if (!stored) await stat(trialFiles(folder).config); // a folder that is gone or shut is not one that waits
    const history = await readHistory(folder, stored?.state === 'finished' ? epochs : 0);
    if (runningHere) return { state: 'running', error: null, history };
    if (!stored) return { state: 'waiting', error: null, history };
    const fault = stored.state === 'finished' ? await resultsFault(session, id) : null;
    if (fault) return { state: 'failed', error: fault, history };
    return { state: stateOf(stored), error: stored.error ?? null, history };
  } catch (error) {
    return { state: runningHere ? 'running' : 'interrupted', error: toEnvelope(error), history: [] };
  }
}

function stateOf({ state }: TrialStateFile): TrialSummary['state'] {
  return state === 'running' ? 'interrupted' : state;
}

/** A study's state from its trials'. */
export function studySummary(study: StudyFile, trials: TrialSummary[], active: boolean): Omit<StudySummary, 'held'> {
  const has = (state: TrialSummary['state']) => trials.some((t) => t.state === state);
  const state =
    has('running') || (active && (has('waiting') || has('interrupted')))
      ? 'running'
      : has('interrupted') || has('waiting')
        ? trials.every((t) => t.state === 'waiting')
          ? 'waiting'
          : 'interrupted'
        : has('failed')
          ? 'failed'
          : trials.every((t) => t.state === 'cancelled')
            ? 'cancelled'
            : 'finished';
  return { name: study.name, createdAt: study.createdAt, protocol: study.plan.protocol, state, trials };
}
