import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageCounts, IndexedImage } from '../../shared/contract/dataset.ts';
import { trainingOf, trialsOf } from '../../shared/contract/plan.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { TrialConfig, TrialImage } from '../../shared/contract/trial.ts';
import { magnificationsOf } from '../../shared/domain/study/train-set.ts';
import { writeSealed } from '../platform/atomic.ts';
import { version } from '../platform/version.ts';
import { hashConfig, trialFiles } from '../project/trial-folder.ts';
import { imagesOf, type PlanInput, requireSound, type SoundPlan } from './check-plan.ts';
import { countImages } from '../dataset/image-counts.ts';
import { indexOf } from './images.ts';
import { STAGED_SPLITS } from './staging.ts';

/** A study that stands in a folder of its own: the lab moves it to its places. */
export type StagedStudy = Pick<StudyFile, 'classes' | 'positive' | 'splits' | 'trials'> & {
  /** what the splits deal out */
  readonly dataset: ImageCounts;
};

/**
 * Writes the splits of a sound plan and a folder with config.json per trial into a staging folder.
 * @throws LabError "leak" or "bad-input" naming the field of the plan
 */
export async function stageStudy({ staging, ...input }: PlanInput & { staging: string }): Promise<StagedStudy> {
  const sound = await requireSound(input);
  await mkdir(join(staging, STAGED_SPLITS), { recursive: true });
  for (const { split } of sound.splits) await writeSealed(join(staging, STAGED_SPLITS, `${split.sha256}.json`), split);
  const trials: StudyFile['trials'] = [];
  for (const config of trialConfigs(input, sound)) {
    await mkdir(join(staging, config.id));
    await writeSealed(trialFiles(join(staging, config.id)).config, config);
    const { id, model, scaling = 'crop', imageLevel = false, trainSet, fold, seed } = config;
    trials.push({ id, model, scaling, imageLevel, trainSet, fold, seed, config: hashConfig(config) });
  }
  const { images, classes, positive, splits } = sound;
  const dealt = images.filter(({ path }) => splits.some(({ split }) => split.parts[path] !== undefined));
  return {
    classes: [...classes],
    positive,
    splits: splits.map(({ fold, imageLevel, split }) => ({ fold, imageLevel, sha256: split.sha256 })),
    dataset: countImages(dealt, classes),
    trials,
  };
}

function* trialConfigs({ plan, index }: PlanInput, sound: SoundPlan): Generator<TrialConfig> {
  const { synthetic } = indexOf(index);
  const { images, magnifications } = sound;
  const trials = trialsOf(plan);
  for (const { id, model, scaling, imageLevel, trainSet, fold, seed } of trials) {
    const { split } = sound.splits.find((own) => own.fold === fold && own.imageLevel === imageLevel)!;
    const part = (name: 'train' | 'validation' | 'test', of: readonly number[]) =>
      imagesOf(images, split, name, of).map(toTrialImage);
    const own = magnificationsOf(trainSet, magnifications);
    const others = magnifications.filter((m) => !own.includes(m));
    yield {
      format: 2,
      id,
      study: plan.name,
      task: plan.task,
      classes: [...sound.classes],
      positive: sound.positive,
      model,
      trainSet,
      ...(scaling !== 'crop' && { scaling, magnifications: [...magnifications] }),
      ...(imageLevel && { imageLevel }),
      testMagnifications: plan.testMagnifications,
      views: plan.views,
      ...(plan.scaleCurve !== null && { scaleCurve: plan.scaleCurve }),
      fold,
      seed,
      protocol: plan.protocol,
      inputSize: plan.inputSize,
      evaluation: plan.evaluation,
      training: trainingOf(plan, model, trials.length),
      augmentation: plan.augmentation,
      dataset: { folder: index.folder, synthetic },
      splitSha256: split.sha256,
      train: part('train', own),
      validation: part('validation', own),
      ...(plan.entries === 'validation mean' && { otherValidation: part('validation', others) }),
      test: part('test', plan.testMagnifications),
      cacheFolder: '../../cache', // from the run folder: a project may be moved
      magnilabVersion: version,
    };
  }
}

function toTrialImage({ path, label, magnification, case: caseNumber, slide, pixelSha256 }: IndexedImage): TrialImage {
  return { path, label, magnification, case: caseNumber, slide, pixelSha256 };
}
