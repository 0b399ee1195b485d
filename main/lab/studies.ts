import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError, parseOrThrow } from '../../shared/contract/errors.ts';
import type { IndexedImage } from '../../shared/contract/dataset.ts';
import type { Plan } from '../../shared/contract/plan.ts';
import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import { studyFileSchema, type StudyFile } from '../../shared/contract/study.ts';
import { type TrialConfig, type TrialImage, trialStateSchema } from '../../shared/contract/trial.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { folderNameOf } from '../../shared/domain/names.ts';
import { testedRow } from '../../shared/domain/selection.ts';
import { readJson, writeJson } from '../store/atomic.ts';
import { version } from '../store/version.ts';
import { readHistory, trialFiles } from '../training/trial-folder.ts';
import { imagesOf, requireSound, savePlan } from './plans.ts';
import type { Session } from './session.ts';

/**
 * Writes a study: plan, split, a folder with config.json per trial, and last of all studies/<name>.json, so that a half-written
 * study is not one.
 * @throws LabError "already-exists", "leak", "bad-input"
 */
export async function createStudy(session: Session, plan: Plan): Promise<StudyFile> {
  const { paths } = session.project;
  const file = join(paths.studies, `${plan.name}.json`);
  const configs = await trialConfigs(session, plan);
  // "a b" and "a-b" would share folders
  const others = new Set((await readStudies(session)).flatMap((study) => study.trials.map(({ id }) => id)));
  if (existsSync(file) || configs.some(({ id }) => others.has(id)))
    throw new LabError(
      'already-exists',
      `This project has a study "${plan.name}" already. Resume it, or give the plan another name.`,
      { field: 'name' },
    );
  for (const { id } of configs) {
    const left = (await readdir(join(paths.runs, id)).catch(() => [])).filter((name) => name !== 'config.json');
    if (left.length > 0)
      throw new LabError(
        'already-exists',
        `${join(paths.runs, id)} holds an earlier run. Move it away, or give the plan another name.`,
        {
          field: 'name',
        },
      );
  }
  await savePlan(session, plan);
  for (const config of configs) {
    const folder = join(paths.runs, config.id);
    await mkdir(folder, { recursive: true });
    await writeJson(trialFiles(folder).config, config);
  }
  const study: StudyFile = {
    format: 1,
    name: plan.name,
    createdAt: new Date().toISOString(),
    plan,
    splitSha256: configs[0].splitSha256,
    trials: configs.map(({ id, model, trainMagnification, seed }) => ({ id, model, trainMagnification, seed })),
    magnilab: version,
  };
  await writeJson(file, study);
  return study;
}

async function trialConfigs(session: Session, plan: Plan): Promise<TrialConfig[]> {
  const { paths } = session.project;
  const { folder, result } = session.indexed;
  const split = await requireSound(session, plan);
  await writeJson(join(paths.splits, `${split.sha256}.json`), split);
  const part = (name: 'train' | 'validation' | 'test', magnifications: readonly number[]) =>
    imagesOf(result.images, split, name, magnifications).map(toTrialImage);
  return plan.seeds.flatMap((seed) =>
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
        dataset: { folder },
        splitSha256: split.sha256,
        train: part('train', [trainMagnification]),
        validation: part('validation', [trainMagnification]),
        test: part('test', plan.testMagnifications),
        cacheFolder: paths.cache,
        magnilabVersion: version,
      })),
    ),
  );
}

function toTrialImage({ path, label, magnification, case: caseNumber, slide, pixelSha256 }: IndexedImage): TrialImage {
  return { path, label, magnification, case: caseNumber, slide, pixelSha256 };
}

/** All studies of the open project, the oldest first. @throws LabError "damaged-file" or "bad-input" naming the file */
export async function readStudies(session: Session): Promise<StudyFile[]> {
  const folder = session.project.paths.studies;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const studies = await Promise.all(
    names.map(async (name) => parseOrThrow(studyFileSchema, await readJson(join(folder, name), 'study'), join(folder, name))),
  );
  return studies.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/** How a trial stands, from its folder alone. A "running" that this lab does not run was interrupted. */
export async function readTrial(session: Session, study: StudyFile, id: string, runningHere: boolean): Promise<TrialSummary> {
  const { model, trainMagnification, seed } = study.trials.find((t) => t.id === id)!;
  const files = trialFiles(join(session.project.paths.runs, id));
  const history = await readHistory(files.history);
  const stored = existsSync(files.state)
    ? trialStateSchema.safeParse(await readJson(files.state, 'trial state').catch(() => null))
    : null;
  const state = runningHere
    ? 'running'
    : !stored
      ? 'waiting'
      : !stored.success || stored.data.state === 'running'
        ? 'interrupted'
        : stored.data.state;
  const { epochs, cooldownEpochs, selection } = study.plan.training;
  const tested = testedRow(history, selection);
  return {
    id,
    study: study.name,
    model,
    trainMagnification,
    seed,
    state,
    epoch: history.length,
    epochs: epochs + cooldownEpochs,
    selection,
    testedEpoch: tested?.epoch ?? null,
    testedValidationAccuracy: tested?.validationAccuracy ?? null,
    error: stored?.success && stored.data.error ? { code: stored.data.error.code, message: stored.data.error.message } : null,
    trainingSeconds: history.reduce((sum, row) => sum + row.seconds, 0),
  };
}

/** A study's state from its trials'. */
export function studySummary(study: StudyFile, trials: TrialSummary[], active: boolean): StudySummary {
  const has = (state: TrialSummary['state']) => trials.some((t) => t.state === state);
  const state =
    has('running') || (active && has('waiting'))
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
